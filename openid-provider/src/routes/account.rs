//! The account page: the apps that have access, and the sessions of the user.
//!
//! Replace this file when your users have an account page already, and keep `disconnect` and `end_session` for it.

use authlete::types::ClientAuthorizationDeleteRequest;
use authlete_axum::authorization_server::Failure;
use axum::extract::State;
use axum::response::Redirect;
use time::OffsetDateTime;

use super::log_out;
use super::logged_in::LoggedIn;
use crate::app::App;
use crate::audit;
use crate::consents::ConnectedApp;
use crate::error::Error;
use crate::form::VerifiedForm;
use crate::pages::{AccountPage, ListedApp, ListedSession};
use crate::texts::Texts;

pub async fn page(State(app): State<App>, opened: LoggedIn) -> Result<AccountPage, Error> {
    let page = opened.page(&app);
    let texts = page.texts();
    let LoggedIn { browser, user, .. } = opened;
    let apps = app.directory.consents.apps(&user.subject).await?;
    let sessions = app.directory.sessions.of_user(&user.subject).await?;
    let this = browser.id();
    Ok(AccountPage {
        apps: apps.into_iter().map(|app| listed(texts, app)).collect(),
        sessions: sessions
            .into_iter()
            .map(|session| ListedSession {
                is_this: this.as_ref() == Some(&session.id),
                browser: session.data.browser,
                since: date(session.began_at),
                id: session.id,
            })
            .collect(),
        user,
        page,
    })
}

fn listed(texts: &Texts, app: ConnectedApp) -> ListedApp {
    let scopes = app.consent.scopes.iter();
    ListedApp {
        id: app.client_id,
        scopes: scopes
            .map(|scope| texts.scope(scope).unwrap_or(scope).to_owned())
            .collect(),
        name: match app.name.as_str() {
            "" => texts.unnamed_app.to_owned(),
            name => name.to_owned(),
        },
        since: date(app.since),
    }
}

/// The date, in ISO 8601.
fn date(seconds: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(seconds);
    let date = time.unwrap_or(OffsetDateTime::UNIX_EPOCH).date();
    format!(
        "{}-{:02}-{:02}",
        date.year(),
        u8::from(date.month()),
        date.day()
    )
}

/// The page with the forms of `disconnect` and `end_session`.
pub async fn redirect_to_page() -> Redirect {
    Redirect::to("/account")
}

/// Revokes the access of an app: its tokens and the consent.
pub async fn disconnect(State(app): State<App>, sent: VerifiedForm) -> Result<Redirect, Error> {
    let user = app.directory.user(&sent.browser).await?;
    let client_id = sent.field("client_id").parse::<i64>();
    let (Some(user), Ok(client_id)) = (user, client_id) else {
        return Ok(Redirect::to("/login"));
    };
    let api = app.server.api();
    let request = ClientAuthorizationDeleteRequest::new(&user.subject);
    let deleted = api.delete_client_authorization(client_id, &request).await;
    deleted.map_err(Failure::from)?;
    app.directory
        .consents
        .remove(&user.subject, client_id)
        .await?;
    let (parts, subject) = (&sent.parts, &user.subject);
    audit::event_of_app(&app, parts, "disconnect", subject, Some(client_id), "done");
    Ok(Redirect::to("/account"))
}

/// Ends a session of the user in another browser.
pub async fn end_session(State(app): State<App>, sent: VerifiedForm) -> Result<Redirect, Error> {
    let Some(user) = app.directory.user(&sent.browser).await? else {
        return Ok(Redirect::to("/login"));
    };
    let id = sent.field("session");
    let sessions = app.directory.sessions.of_user(&user.subject).await?;
    let session = sessions.into_iter().find(|session| session.id == id);
    if let Some(session) = session
        && log_out::end_session(&app, &user.subject, session).await?
    {
        audit::event(&app, &sent.parts, "session_end", &user.subject, "done");
    }
    Ok(Redirect::to("/account"))
}
