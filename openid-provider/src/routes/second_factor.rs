//! The second factor: at a login, and at the account page.

use anyhow::Context as _;
use authlete::Secret;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;

use super::confirmation::{
    ask_for_second_factor, confirmed_user, lacks_second_factor, password_is_right,
};
use super::logged_in::LoggedIn;
use super::{finish_login, page_of};
use crate::app::App;
use crate::audit;
use crate::browser_session::BrowserSession;
use crate::error::Error;
use crate::form::VerifiedForm;
use crate::metrics;
use crate::page_query::{PageQuery, with_flow};
use crate::pages::{Page, RemoveSecondFactorPage, SecondFactorPage, SetUpSecondFactorPage};
use crate::second_factor::Authenticator;
use crate::session_data::Login;
use crate::users::User;

const SET_UP: &str = "/account/second-factor";

/// Asks for the code, after the password was right.
pub async fn page(
    State(app): State<App>,
    Query(PageQuery { flow, .. }): Query<PageQuery>,
    browser: BrowserSession,
    parts: Parts,
) -> Result<Response, Error> {
    if browser.data.pending_login().is_none() {
        return Ok(Redirect::to(&with_flow("/login", &flow)).into_response());
    }
    let page = page_of(&app, &parts, &browser, &flow).await?;
    Ok(SecondFactorPage { page }.into_response())
}

pub async fn send(State(app): State<App>, sent: VerifiedForm) -> Result<Response, Error> {
    let flow = sent.flow();
    let Some(pending_login) = sent.browser.data.pending_login() else {
        return Ok(Redirect::to(&with_flow("/login", &flow)).into_response());
    };
    let address = app.ip_address(&sent.parts);
    let attempt = app.attempts.code(&pending_login.subject, address)?;
    let users = &app.directory.users;
    let code = sent.field("code");
    let is_right = users
        .verify_second_factor(&pending_login.subject, code)
        .await;
    if !matches!(is_right, Ok(false)) {
        attempt.take_back();
    }
    let is_right = is_right?;
    let outcome = if is_right { "right" } else { "wrong" };
    metrics::event("second_factors_total", outcome);
    let parts = &sent.parts;
    audit::event(
        &app,
        parts,
        "second_factor",
        &pending_login.subject,
        outcome,
    );
    if !is_right {
        let page = page_of(&app, &sent.parts, &sent.browser, &flow).await?;
        let form_error = page.texts().wrong_code;
        let page = page.form_error(form_error);
        return Ok(SecondFactorPage { page }.into_response());
    }
    let login = pending_login.clone().with_second_factor();
    finish_login(&app, sent.browser, login, &flow).await
}

/// Shows a new secret to scan.
pub async fn set_up_page(
    State(app): State<App>,
    Query(PageQuery { flow, .. }): Query<PageQuery>,
    opened: LoggedIn,
) -> Result<Response, Error> {
    let LoggedIn {
        mut browser,
        user,
        parts,
    } = opened;
    if lacks_second_factor(&browser, &user) {
        return ask_for_second_factor(&mut browser, &flow, SET_UP).await;
    }
    let kept = browser.data.totp_secret.as_ref();
    let kept = kept.and_then(|secret| Authenticator::of(secret.expose()));
    let authenticator = kept.or_else(Authenticator::generate);
    let authenticator = authenticator.context("no secret could be generated")?;
    browser.data.totp_secret = Some(authenticator.secret().into());
    browser.save().await?;
    let page = page_of(&app, &parts, &browser, &flow).await?;
    let page = page.user(Some(&user));
    Ok(render(&app, page, &user, &authenticator)?.into_response())
}

fn render(
    app: &App,
    page: Page,
    user: &User,
    authenticator: &Authenticator,
) -> Result<SetUpSecondFactorPage, Error> {
    let qr_code = authenticator.qr_code(&user.name, &app.site.name)?;
    Ok(SetUpSecondFactorPage {
        needed: !page.flow.is_empty(),
        secret: authenticator.secret(),
        // Without the XML declaration, since the image is inline.
        qr_code: qr_code
            .split_once("?>")
            .map_or(qr_code.clone(), |(_, svg)| svg.to_owned()),
        page,
    })
}

/// Handles the form with the first code.
pub async fn set_up(State(app): State<App>, mut sent: VerifiedForm) -> Result<Response, Error> {
    let flow = sent.flow();
    let secret = sent.browser.data.totp_secret.as_ref().map(Secret::expose);
    let authenticator = secret.and_then(Authenticator::of);
    let user = app.directory.user(&sent.browser).await?;
    let (Some(authenticator), Some(user)) = (authenticator, user) else {
        return Ok(Redirect::to(SET_UP).into_response());
    };
    if lacks_second_factor(&sent.browser, &user) {
        return ask_for_second_factor(&mut sent.browser, &flow, SET_UP).await;
    }
    // Not rate-limited: the user sees the secret.
    let users = &app.directory.users;
    let set_up = users.set_up_second_factor(&user.subject, &authenticator, sent.field("code"));
    let is_right = set_up.await?;
    let outcome = if is_right { "done" } else { "wrong" };
    let parts = &sent.parts;
    audit::event(&app, parts, "second_factor_set_up", &user.subject, outcome);
    if !is_right {
        let page = page_of(&app, &sent.parts, &sent.browser, &flow).await?;
        let form_error = page.texts().wrong_code;
        let page = page.user(Some(&user)).form_error(form_error);
        return Ok(render(&app, page, &user, &authenticator)?.into_response());
    }
    let login = sent.browser.data.login.clone();
    let login = login.unwrap_or_else(|| Login::new(&user.subject, false));
    let login = login.with_second_factor();
    finish_login(&app, sent.browser, login, &flow).await
}

/// Asks for the password before it is turned off.
pub async fn remove_page(State(app): State<App>, opened: LoggedIn) -> RemoveSecondFactorPage {
    RemoveSecondFactorPage {
        page: opened.page(&app),
        name: opened.user.name,
    }
}

/// Turns it off. A session is not enough: it takes the password.
pub async fn remove(State(app): State<App>, mut sent: VerifiedForm) -> Result<Response, Error> {
    let user = match confirmed_user(&app, &mut sent.browser, "/account").await? {
        Ok(user) => user,
        Err(elsewhere) => return Ok(elsewhere),
    };
    if sent.field("password").is_empty() {
        return Ok(Redirect::to("/account/second-factor/remove").into_response());
    }
    let is_right = password_is_right(&app, &sent, &user).await?;
    let outcome = if is_right { "done" } else { "wrong" };
    let parts = &sent.parts;
    audit::event(&app, parts, "second_factor_removal", &user.subject, outcome);
    if !is_right {
        let page = Page::new(&app, &sent.parts, Some(&sent.browser), None).user(Some(&user));
        let form_error = page.texts().password_wrong;
        let page = RemoveSecondFactorPage {
            page: page.form_error(form_error),
            name: user.name,
        };
        return Ok(page.into_response());
    }
    app.directory
        .users
        .remove_second_factor(&user.subject)
        .await?;
    Ok(Redirect::to("/account").into_response())
}
