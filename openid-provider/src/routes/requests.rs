//! The page of backchannel requests (OpenID Connect CIBA Core 1.0): the user decides on them here.
//!
//! Replace this page with one in the app on the phone of the user.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::consent::{RemoteRequest, decide_remotely, scopes};
use super::logged_in::LoggedIn;
use crate::app::App;
use crate::error::Error;
use crate::form::VerifiedForm;
use crate::pages::{ListedRequest, MessagePage, Page, RequestsPage};
use crate::requests::PendingRequest;
use crate::texts::Texts;

pub async fn page(State(app): State<App>, opened: LoggedIn) -> Result<RequestsPage, Error> {
    let page = opened.page(&app);
    let texts = page.texts();
    let requests = &app.directory.requests;
    let pending = requests.of_user(&opened.user.subject).await?.into_iter();
    Ok(RequestsPage {
        requests: pending.map(|pending| listed(texts, pending)).collect(),
        page,
    })
}

fn listed(texts: &Texts, pending: PendingRequest) -> ListedRequest {
    let answer = pending.request.answer();
    let names = pending.request.scopes().map(str::to_owned).collect();
    ListedRequest {
        client: answer
            .client_name
            .clone()
            .unwrap_or_else(|| texts.unnamed_app.to_owned()),
        message: answer.binding_message.clone(),
        scopes: scopes(texts, &names, answer.scopes.as_deref().unwrap_or_default()),
        id: pending.id,
    }
}

/// Handles the decision on a backchannel request.
pub async fn decide(State(app): State<App>, mut sent: VerifiedForm) -> Result<Response, Error> {
    let Some(user) = app.directory.user(&sent.browser).await? else {
        return Ok(Redirect::to("/login").into_response());
    };
    let page = Page::new(&app, &sent.parts, Some(&sent.browser), None).user(Some(&user));
    let texts = page.texts();
    let message = |message| MessagePage {
        page,
        title: texts.requests,
        message,
        status: None,
    };
    let requests = &app.directory.requests;
    let Some(request) = requests.take(&user.subject, sent.field("id")).await? else {
        return Ok(message(texts.request_gone).into_response());
    };
    let asked = RemoteRequest {
        event: "backchannel_consent",
        client_id: request.answer().client_id,
        client_name: request.answer().client_name.as_deref(),
        scopes: request.scopes(),
    };
    let session = decide_remotely(&app, &mut sent, &user, asked).await?;
    let decided = match session {
        Some(session) => {
            let scopes = sent.all("scope");
            app.server
                .authorize_backchannel(&request, &session, scopes)
                .await
        }
        None => app.server.deny_backchannel(&request).await,
    };
    let id = sent.field("id");
    let notification = match decided {
        Ok(notification) => notification,
        Err(failure) => {
            // Authlete may be unavailable: the user tries again.
            requests.put_back(id).await?;
            return Err(failure.into());
        }
    };
    requests.remove(id).await?;
    // The user need not wait for the client.
    let server = app.server.clone();
    tokio::spawn(async move { server.notify(notification).await });
    Ok(message(texts.request_done).into_response())
}
