//! Deletes an account.

use authlete::types::ClientAuthorizationDeleteRequest;
use authlete_axum::authorization_server::Failure;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use super::confirmation::{
    ask_for_second_factor, confirmed_user, lacks_second_factor, password_is_right,
};
use super::log_out::end_session;
use super::logged_in::LoggedIn;
use crate::app::App;
use crate::audit;
use crate::error::Error;
use crate::form::VerifiedForm;
use crate::pages::{DeleteAccountPage, MessagePage, Page};

pub const PATH: &str = "/account/delete";

pub async fn page(State(app): State<App>, opened: LoggedIn) -> Result<Response, Error> {
    let page = opened.page(&app);
    let LoggedIn {
        mut browser, user, ..
    } = opened;
    if lacks_second_factor(&browser, &user) {
        return ask_for_second_factor(&mut browser, "", PATH).await;
    }
    let name = user.name;
    Ok(DeleteAccountPage { page, name }.into_response())
}

/// Deletes the tokens of apps, the sessions, and then the user. If one of these fails, the user can try again.
pub async fn send(State(app): State<App>, mut sent: VerifiedForm) -> Result<Response, Error> {
    let user = match confirmed_user(&app, &mut sent.browser, PATH).await? {
        Ok(user) => user,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let page = Page::new(&app, &sent.parts, Some(&sent.browser), None);
    let texts = page.texts();
    let is_right = password_is_right(&app, &sent, &user).await?;
    let outcome = if is_right { "done" } else { "wrong" };
    let subject = user.subject.as_str();
    audit::event(&app, &sent.parts, "account_deletion", subject, outcome);
    if !is_right {
        let page = page.user(Some(&user)).form_error(texts.password_wrong);
        let name = user.name;
        return Ok(DeleteAccountPage { page, name }.into_response());
    }
    let directory = &app.directory;
    let request = ClientAuthorizationDeleteRequest::new(subject);
    for connected in directory.consents.apps(subject).await? {
        let api = app.server.api();
        let deleted = api.delete_client_authorization(connected.client_id, &request);
        deleted.await.map_err(Failure::from)?;
    }
    for session in directory.sessions.of_user(subject).await? {
        end_session(&app, subject, session).await?;
    }
    directory.users.remove(subject).await?;
    sent.browser.end().await?;
    let mut page = page;
    // In another language, this page would be the login.
    "/".clone_into(&mut page.current_url);
    let page = MessagePage {
        page,
        title: texts.delete_account,
        message: texts.account_deleted,
        status: None,
    };
    Ok(page.into_response())
}
