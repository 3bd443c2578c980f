//! The handlers of the pages and their forms, one file per subject.

mod account;
pub mod assets;
mod cancel;
mod choose_account;
mod confirmation;
mod consent;
mod delete_account;
mod device;
mod health;
mod home;
mod language;
mod log_in;
mod log_out;
mod logged_in;
mod password;
mod proceed;
mod requests;
mod second_factor;
mod sign_up;

use authlete::server::PendingAuthorization;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use http::header::CACHE_CONTROL;
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use tower_http::set_header::SetResponseHeaderLayer;

pub use self::proceed::to_page;
use self::proceed::{continue_flow, interaction};
use crate::app::App;
use crate::browser_session::BrowserSession;
use crate::error::Error;
use crate::pages::Page;
use crate::random;
use crate::session_data::Login;

pub use log_out::FOR_CLIENT as LOG_OUT_FOR_CLIENT;

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The largest form, in bytes.
const FORM_LIMIT: usize = 64 * 1024;

/// All routes that browsers open. Each URL that a form is sent to can be opened, too: error pages lead back there.
pub fn router(app: &App) -> Router {
    Router::new()
        .route("/", get(home::page))
        .route("/login", get(log_in::page).post(log_in::send))
        .route("/sign-up", get(sign_up::page).post(sign_up::send))
        .route(
            "/second-factor",
            get(second_factor::page).post(second_factor::send),
        )
        .route(
            "/choose-account",
            get(choose_account::page).post(choose_account::send),
        )
        .route("/consent", get(consent::page).post(consent::send))
        .route("/cancel", get(cancel::page).post(cancel::send))
        .route(proceed::PATH, get(proceed::page))
        .route("/account", get(account::page))
        .route(
            "/account/disconnect",
            get(account::redirect_to_page).post(account::disconnect),
        )
        .route(
            "/account/end-session",
            get(account::redirect_to_page).post(account::end_session),
        )
        .route(
            "/account/second-factor",
            get(second_factor::set_up_page).post(second_factor::set_up),
        )
        .route(
            "/account/second-factor/remove",
            get(second_factor::remove_page).post(second_factor::remove),
        )
        .route(
            delete_account::PATH,
            get(delete_account::page).post(delete_account::send),
        )
        .route(password::PATH, get(password::page).post(password::send))
        .route("/device", get(device::page).post(device::send))
        .route(
            "/device/consent",
            get(device::redirect_to_page).post(device::decide),
        )
        .route("/requests", get(requests::page).post(requests::decide))
        .route("/log-out", get(log_out::page).post(log_out::send))
        .route("/language", get(language::page).post(language::choose))
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        // Browsers cache redirects, too, and would follow outdated ones when the user goes back.
        .layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, NO_STORE))
        .with_state(app.clone())
}

/// Routes that need no session.
pub fn without_sessions(app: &App) -> Router {
    Router::new()
        .route("/assets/style.css", get(assets::style))
        .route("/favicon.svg", get(assets::icon))
        .route("/health", get(health::alive))
        .route("/ready", get(health::ready))
        .with_state(app.clone())
}

/// Makes sure that the session has a CSRF token, before a page with a form is shown.
async fn with_form_token(browser: &mut BrowserSession) -> Result<(), Error> {
    if browser.data.form_token.expose().is_empty() {
        browser.data.form_token = random::text().into();
        browser.save().await?;
    }
    Ok(())
}

/// A page for an authorization request, in a language that its client asks for.
fn page_for(
    app: &App,
    parts: &Parts,
    browser: &BrowserSession,
    flow: &str,
    pending: Option<&PendingAuthorization>,
) -> Page {
    let Some(answer) = pending.map(PendingAuthorization::answer) else {
        return Page::new(app, parts, Some(browser), None);
    };
    let client = answer.client.as_ref();
    let name = client.and_then(|client| client.client_name.as_deref());
    let page = Page::new(app, parts, Some(browser), answer.ui_locales.as_deref());
    page.flow(flow, name.unwrap_or_default())
}

/// Like [`page_for`], by the name of the request. Empty when there is none.
async fn page_of(
    app: &App,
    parts: &Parts,
    browser: &BrowserSession,
    flow: &str,
) -> Result<Page, Error> {
    let kept = match flow {
        "" => None,
        flow => Some(app.directory.flow(browser, flow).await?),
    };
    let pending = kept.as_ref().map(|kept| &kept.pending);
    Ok(page_for(app, parts, browser, flow, pending))
}

/// Starts the session of a user, and continues the authorization request of the login.
async fn finish_login(
    app: &App,
    mut browser: BrowserSession,
    login: Login,
    flow: &str,
) -> Result<Response, Error> {
    if flow.is_empty() {
        let wanted = browser.data.after_login.take();
        log_in(app, &mut browser, login).await?;
        browser.save().await?;
        return Ok(Redirect::to(wanted.as_deref().unwrap_or("/account")).into_response());
    }
    let mut kept = app.directory.flow(&browser, flow).await?;
    kept.pending.logged_in(&login.session());
    app.directory.flows.update(flow, &kept).await?;
    log_in(app, &mut browser, login).await?;
    browser.save().await?;
    Ok(continue_flow(flow))
}

/// Logs a user in. If this ends the session of another user, its clients get logout tokens.
async fn log_in(app: &App, browser: &mut BrowserSession, login: Login) -> Result<(), Error> {
    if let Some(ended) = browser.log_in(login).await? {
        log_out::notify_clients(app, ended);
    }
    Ok(())
}
