//! Changes the password.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::confirmation::{
    ask_for_second_factor, confirmed_user, lacks_second_factor, password_is_right,
};
use super::log_out::end_session;
use super::logged_in::LoggedIn;
use crate::app::App;
use crate::audit;
use crate::error::Error;
use crate::form::VerifiedForm;
use crate::pages::{Page, PasswordPage};
use crate::passwords;
use crate::users::User;

pub const PATH: &str = "/account/password";

pub async fn page(State(app): State<App>, opened: LoggedIn) -> Result<Response, Error> {
    let page = opened.page(&app);
    let LoggedIn {
        mut browser, user, ..
    } = opened;
    if lacks_second_factor(&browser, &user) {
        return ask_for_second_factor(&mut browser, "", PATH).await;
    }
    Ok(render(page, user).into_response())
}

fn render(page: Page, user: User) -> PasswordPage {
    PasswordPage {
        name: user.name,
        page,
    }
}

/// Changes the password, and ends the sessions in other browsers: somebody else may know the old one.
pub async fn send(State(app): State<App>, mut sent: VerifiedForm) -> Result<Response, Error> {
    let user = match confirmed_user(&app, &mut sent.browser, PATH).await? {
        Ok(user) => user,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let page = Page::new(&app, &sent.parts, Some(&sent.browser), None).user(Some(&user));
    let texts = page.texts();
    let new = sent.field("new_password").to_owned();
    if !passwords::is_allowed(&new) {
        return Ok(render(page.form_error(texts.password_invalid), user).into_response());
    }
    let is_right = password_is_right(&app, &sent, &user).await?;
    let outcome = if is_right { "done" } else { "wrong" };
    let parts = &sent.parts;
    audit::event(&app, parts, "password_change", &user.subject, outcome);
    if !is_right {
        return Ok(render(page.form_error(texts.password_wrong), user).into_response());
    }
    let directory = &app.directory;
    directory.users.set_password(&user.subject, new).await?;
    let this = sent.browser.id();
    for session in directory.sessions.of_user(&user.subject).await? {
        if this.as_ref() != Some(&session.id) {
            end_session(&app, &user.subject, session).await?;
        }
    }
    Ok(Redirect::to("/account").into_response())
}
