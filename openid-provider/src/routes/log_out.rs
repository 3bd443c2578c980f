//! Ends a session, here and at the clients (OpenID Connect RP-Initiated Logout 1.0, Back-Channel Logout 1.0).

use std::mem::take;

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;
use http::uri::PathAndQuery;

use super::{continue_flow, with_form_token};
use crate::app::App;
use crate::audit;
use crate::browser_session::BrowserSession;
use crate::error::Error;
use crate::form::VerifiedForm;
use crate::page_query::PageQuery;
use crate::pages::{LogOutPage, MessagePage, Page};
use crate::session_data::{EndedSession, SessionData};
use crate::sessions::ActiveSession;

/// The page for a logout that a client asked for.
pub const FOR_CLIENT: &str = "/log-out?for=client";

/// Asks first: any page on the web can send a user to the logout endpoint.
pub async fn page(
    State(app): State<App>,
    Query(PageQuery { flow, .. }): Query<PageQuery>,
    mut browser: BrowserSession,
    parts: Parts,
) -> Result<Response, Error> {
    with_form_token(&mut browser).await?;
    if parts.uri.path_and_query().map(PathAndQuery::as_str) != Some(FOR_CLIENT) {
        // The user opened the page. A logout that a client requested before was cancelled.
        browser.data.logout = None;
        browser.save().await?;
    }
    let asked = browser.data.logout.as_ref();
    let locales = asked.and_then(|asked| asked.ui_locales());
    let locales: Vec<_> = locales
        .unwrap_or_default()
        .split(' ')
        .map(str::to_owned)
        .collect();
    let user = app.directory.user(&browser).await?;
    let mut page = Page::new(&app, &parts, Some(&browser), Some(&locales)).user(user.as_ref());
    match app.directory.flow(&browser, &flow).await {
        Ok(_) => page.flow = flow,
        // The logout form must not continue a request that has ended.
        Err(Error::NoFlow | Error::Ended(_)) if !flow.is_empty() => {
            "/log-out".clone_into(&mut page.current_url);
        }
        Err(Error::NoFlow | Error::Ended(_)) => {}
        Err(error) => return Err(error),
    }
    if user.is_some() {
        let request = asked_by_client(&browser);
        return Ok(LogOutPage { page, request }.into_response());
    }
    // Nobody is logged in.
    let response = browser
        .data
        .logout
        .take()
        .and_then(|asked| asked.response());
    browser.save().await?;
    Ok(response.unwrap_or_else(|| logged_out(page)))
}

/// Handles the logout form.
pub async fn send(State(app): State<App>, sent: VerifiedForm) -> Result<Response, Error> {
    let flow = sent.flow();
    // Another site may have requested another logout in another tab.
    let is_for_client = sent.field("request") == asked_by_client(&sent.browser);
    let VerifiedForm {
        mut browser, parts, ..
    } = sent;
    if !flow.is_empty() {
        // At a page for an app, the user continues with another account.
        if let Some(ended) = browser.log_out().await? {
            audit::event(&app, &parts, "log_out", &ended.login.subject, "done");
            notify_clients(&app, ended);
        }
        return Ok(continue_flow(&flow));
    }
    let (login, logout) = (browser.data.login.take(), browser.data.logout.take());
    let clients = take(&mut browser.data.clients);
    browser.end().await?;
    if let Some(login) = login {
        audit::event(&app, &parts, "log_out", &login.subject, "done");
        notify_clients(&app, EndedSession { login, clients });
    }
    let logout = logout.filter(|_| is_for_client);
    let response = logout.and_then(|logout| logout.response());
    Ok(response.unwrap_or_else(|| Redirect::to("/log-out").into_response()))
}

/// The ID of the request of a client. Empty if the user opened the page.
fn asked_by_client(browser: &BrowserSession) -> String {
    let asked = browser.data.logout.as_ref();
    asked
        .map(|asked| asked.page_id().to_owned())
        .unwrap_or_default()
}

fn logged_out(page: Page) -> Response {
    let texts = page.texts();
    let page = MessagePage {
        page,
        title: texts.logged_out_title,
        message: texts.logged_out,
        status: None,
    };
    page.into_response()
}

/// Ends a session of a user in any browser, and notifies its clients. Returns whether it existed.
pub async fn end_session(app: &App, subject: &str, session: ActiveSession) -> Result<bool, Error> {
    if !app.directory.sessions.end(subject, &session.id).await? {
        return Ok(false);
    }
    let SessionData { login, clients, .. } = session.data;
    let Some(login) = login else {
        return Ok(false);
    };
    notify_clients(app, EndedSession { login, clients });
    Ok(true)
}

/// Sends logout tokens to the clients of a session that has ended, in the background.
pub fn notify_clients(app: &App, ended: EndedSession) {
    let server = app.server.clone();
    tokio::spawn(async move {
        let EndedSession { login, clients } = ended;
        let (subject, session) = (Some(&*login.subject), Some(&*login.id));
        server.log_out_of_clients(clients, subject, session).await;
    });
}
