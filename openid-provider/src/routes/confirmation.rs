//! Confirms that it is the user who changes an account: with the second factor, and with the password.

use axum::response::{IntoResponse as _, Redirect, Response};

use crate::app::App;
use crate::browser_session::BrowserSession;
use crate::error::Error;
use crate::form::VerifiedForm;
use crate::page_query::with_flow;
use crate::users::User;

/// The user who is logged in, with the second factor if the user has one. Otherwise a redirect to log in first, which then leads
/// to `page`.
pub async fn confirmed_user(
    app: &App,
    browser: &mut BrowserSession,
    page: &str,
) -> Result<Result<User, Response>, Error> {
    let Some(user) = app.directory.user(browser).await? else {
        return Ok(Err(Redirect::to("/login").into_response()));
    };
    if lacks_second_factor(browser, &user) {
        return Ok(Err(ask_for_second_factor(browser, "", page).await?));
    }
    Ok(Ok(user))
}

/// Whether the user has a second factor that this session lacks. Changes of the account require it, since somebody else may know
/// the password.
pub fn lacks_second_factor(browser: &BrowserSession, user: &User) -> bool {
    let login = browser.data.login.as_ref();
    user.has_second_factor && !login.is_some_and(|login| login.has_second_factor)
}

/// Asks for the code, and continues with the authorization request or with `page`.
pub async fn ask_for_second_factor(
    browser: &mut BrowserSession,
    flow: &str,
    page: &str,
) -> Result<Response, Error> {
    if let Some(login) = browser.data.login.clone() {
        browser.data.begin_pending_login(login);
        browser.data.after_login = Some(page.to_owned());
        browser.save().await?;
    }
    Ok(Redirect::to(&with_flow("/second-factor", flow)).into_response())
}

/// Whether the field `password` has the password of the user.
pub async fn password_is_right(app: &App, sent: &VerifiedForm, user: &User) -> Result<bool, Error> {
    let address = app.ip_address(&sent.parts);
    let attempt = app.attempts.password(&user.name, address)?;
    let password = sent.field("password").to_owned();
    let found = app.directory.users.authenticate(&user.name, password).await;
    if !matches!(found, Ok(None)) {
        attempt.take_back();
    }
    Ok(found?.is_some())
}
