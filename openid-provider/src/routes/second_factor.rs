//! The second factor: at a login, and on the page of the account.

use authlete::Secret;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;

use super::log_in::Flow;
use super::{at, finish_login, log_in_first, with_form_token};
use crate::app::App;
use crate::error::Error;
use crate::form::Sent;
use crate::metrics;
use crate::pages::{Page, SecondFactorPage, SetUpSecondFactorPage};
use crate::second_factor::Authenticator;
use crate::users::User;
use crate::visit::{Login, Visit};

/// Asks for the code, after the password was right.
pub async fn page(
    State(app): State<App>,
    Query(Flow { flow }): Query<Flow>,
    visit: Visit,
    parts: Parts,
) -> Result<Response, Error> {
    if visit.kept.half().is_none() {
        return Ok(Redirect::to(&at("/login", &flow)).into_response());
    }
    let page = Page::new(&app, &parts, Some(&visit), None).flow(&flow);
    Ok(SecondFactorPage { page }.into_response())
}

pub async fn send(State(app): State<App>, sent: Sent) -> Result<Response, Error> {
    let flow = sent.flow();
    let Some(half) = sent.visit.kept.half() else {
        return Ok(Redirect::to(&at("/login", &flow)).into_response());
    };
    app.count_attempt(&sent.parts, &half.subject)?;
    let users = &app.directory.users;
    let code = sent.field("code");
    let is_right = users.verify_second_factor(&half.subject, code).await?;
    metrics::event(
        "second_factors_total",
        if is_right { "right" } else { "wrong" },
    );
    if !is_right {
        let page = Page::new(&app, &sent.parts, Some(&sent.visit), None).flow(&flow);
        let mistake = page.texts().wrong_code;
        let page = page.mistake(mistake);
        return Ok(SecondFactorPage { page }.into_response());
    }
    let login = half.clone().with_second_factor();
    finish_login(&app, sent.visit, login, &flow).await
}

/// Shows a new secret to scan.
pub async fn set_up_page(
    State(app): State<App>,
    Query(Flow { flow }): Query<Flow>,
    mut visit: Visit,
    parts: Parts,
) -> Result<Response, Error> {
    with_form_token(&mut visit).await?;
    let Some(user) = app.directory.user(&visit).await? else {
        return log_in_first(&mut visit, &parts).await;
    };
    let kept = visit.kept.totp_secret.as_ref();
    let kept = kept.and_then(|secret| Authenticator::of(secret.expose()));
    let authenticator = kept.or_else(Authenticator::generate);
    let authenticator = authenticator.ok_or(Error::Internal("there is no secret for a code"))?;
    visit.kept.totp_secret = Some(authenticator.secret().into());
    visit.save().await?;
    let page = Page::new(&app, &parts, Some(&visit), None);
    let page = page.user(Some(&user)).flow(&flow);
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
        // The image is part of the page, and no document of its own.
        qr_code: qr_code
            .split_once("?>")
            .map_or(qr_code.clone(), |(_, svg)| svg.to_owned()),
        page,
    })
}

/// The first code was sent.
pub async fn set_up(State(app): State<App>, sent: Sent) -> Result<Response, Error> {
    let flow = sent.flow();
    let secret = sent.visit.kept.totp_secret.as_ref().map(Secret::expose);
    let authenticator = secret.and_then(Authenticator::of);
    let user = app.directory.user(&sent.visit).await?;
    let (Some(authenticator), Some(user)) = (authenticator, user) else {
        return Ok(Redirect::to("/account/second-factor").into_response());
    };
    app.count_attempt(&sent.parts, &user.subject)?;
    let users = &app.directory.users;
    let set_up = users.set_up_second_factor(&user.subject, &authenticator, sent.field("code"));
    if !set_up.await? {
        let page = Page::new(&app, &sent.parts, Some(&sent.visit), None);
        let mistake = page.texts().wrong_code;
        let page = page.user(Some(&user)).flow(&flow).mistake(mistake);
        return Ok(render(&app, page, &user, &authenticator)?.into_response());
    }
    let login = sent.visit.kept.login.clone();
    let login = login.unwrap_or_else(|| Login::new(&user.subject, false));
    let login = login.with_second_factor();
    finish_login(&app, sent.visit, login, &flow).await
}

/// Turns it off. Whoever does it has logged in with it.
pub async fn remove(State(app): State<App>, sent: Sent) -> Result<Redirect, Error> {
    if let Some(login) = sent
        .visit
        .kept
        .login
        .filter(|login| login.has_second_factor)
    {
        let users = &app.directory.users;
        users.remove_second_factor(&login.subject).await?;
    }
    Ok(Redirect::to("/account"))
}
