//! The login with a password.
//!
//! Replace `Users::authenticate` in `users.rs` to check names and passwords elsewhere, such as e-mail addresses or a directory.
//! Replace `page` and `send` for a login without passwords: it ends with `finish_login`.

use authlete::server::{Interaction, LoginReason, PendingAuthorization};
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;

use super::{continue_flow, finish_login, interaction, page_for, with_form_token};
use crate::app::{App, OpenFlow};
use crate::audit;
use crate::browser_session::BrowserSession;
use crate::error::Error;
use crate::form::VerifiedForm;
use crate::metrics;
use crate::page_query::{PageQuery, with_flow};
use crate::pages::LoginPage;
use crate::session_data::{ACRS, Login, RefusedForm};
use crate::texts::FormError;
use crate::users::User;

const PATH: &str = "/login";

/// The value of `account` in the query for a login with another account than the one of the session.
const OTHER: &str = "other";

/// The data of the login form.
#[derive(Default)]
struct Form {
    /// The request that the login is for. `None`: for this server alone.
    pending: Option<PendingAuthorization>,
    hint: Option<String>,
    /// The user of the session.
    user: Option<User>,
    /// Whether the user of the session enters the password again (`prompt=login`, `max_age`).
    confirms: bool,
}

pub async fn page(
    State(app): State<App>,
    Query(query): Query<PageQuery>,
    mut browser: BrowserSession,
    parts: Parts,
) -> Result<Response, Error> {
    with_form_token(&mut browser).await?;
    if query.flow.is_empty() && app.directory.user(&browser).await?.is_some() {
        return Ok(Redirect::to("/account").into_response());
    }
    let form = match form(&app, &mut browser, &query).await? {
        Ok(form) => form,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let is_shown_again = !query.refused.is_empty();
    let refused = browser.refused_form(PATH, is_shown_again).await?;
    Ok(render(&app, &parts, &browser, query, form, refused.as_ref()).into_response())
}

/// The form for an authorization request, or another page when the request needs no password.
async fn form(
    app: &App,
    browser: &mut BrowserSession,
    query: &PageQuery,
) -> Result<Result<Form, Response>, Error> {
    let flow = &query.flow;
    if flow.is_empty() {
        return Ok(Ok(Form::default()));
    }
    let OpenFlow {
        flow: mut kept,
        user,
        session,
    } = app.directory.open(browser, flow).await?;
    let is_other = query.account == OTHER && user.is_some();
    let (hint, confirms) = match interaction(&kept.pending, session.as_ref()) {
        None => return Ok(Err(continue_flow(flow))),
        Some(_) if is_other => (None, false),
        Some(Interaction::Consent(_)) => return Ok(Err(continue_flow(flow))),
        Some(Interaction::LogIn(asked)) => {
            if asked.reason == LoginReason::Acr
                && let (Some(user), Some(session)) = (&user, &session)
            {
                let asks_for_second_factor = asked.acrs.iter().any(|acr| acr == ACRS[1]);
                if asks_for_second_factor && (user.has_second_factor || asked.acr_essential) {
                    // The password is not enough: the second factor is missing.
                    return Ok(Err(to_second_factor(browser, user, flow).await?));
                }
                if !asked.acr_essential {
                    // The acr is voluntary, and another login would not satisfy it.
                    kept.pending.logged_in(session);
                    app.directory.flows.update(flow, &kept).await?;
                    return Ok(Err(continue_flow(flow)));
                }
            }
            let confirms = matches!(asked.reason, LoginReason::Prompt | LoginReason::MaxAge);
            (asked.login_hint, confirms && user.is_some())
        }
        Some(
            Interaction::ChooseAccount { login_hint, .. }
            | Interaction::CreateAccount { login_hint },
        ) => (login_hint, false),
    };
    Ok(Ok(Form {
        pending: Some(kept.pending),
        hint,
        user,
        confirms,
    }))
}

async fn to_second_factor(
    browser: &mut BrowserSession,
    user: &User,
    flow: &str,
) -> Result<Response, Error> {
    let page = match user.has_second_factor {
        true => {
            if let Some(login) = browser.data.login.clone() {
                browser.data.begin_pending_login(login);
                browser.save().await?;
            }
            "/second-factor"
        }
        false => "/account/second-factor",
    };
    Ok(Redirect::to(&with_flow(page, flow)).into_response())
}

/// `refused` is the form that came with a wrong password.
fn render(
    app: &App,
    parts: &Parts,
    browser: &BrowserSession,
    mut query: PageQuery,
    form: Form,
    refused: Option<&RefusedForm>,
) -> LoginPage {
    let pending = form.pending.as_ref();
    let mut page = page_for(app, parts, browser, &query.flow, pending).user(form.user.as_ref());
    query.refused.clear();
    let action = query.url(PATH);
    if let Some(refused) = refused {
        page.form_error = Some(page.texts().form_error(refused.form_error));
        "form".clone_into(&mut query.refused);
    }
    page.current_url = query.url(PATH);
    let own_name = form.user.filter(|_| form.confirms).map(|user| user.name);
    let sent_name = refused.map(|refused| refused.field("name"));
    LoginPage {
        page,
        hint: own_name.or(sent_name).or(form.hint).unwrap_or_default(),
        confirms: form.confirms,
        action,
    }
}

/// Handles the login form.
pub async fn send(State(app): State<App>, mut sent: VerifiedForm) -> Result<Response, Error> {
    let query = sent.query.clone();
    let form = match form(&app, &mut sent.browser, &query).await? {
        Ok(form) => form,
        Err(elsewhere) => return Ok(elsewhere),
    };
    // A user who confirms the session cannot switch to another account.
    let name = match form.user.as_ref().filter(|_| form.confirms) {
        Some(user) => user.name.clone(),
        None => sent.field("name").to_owned(),
    };
    let directory = &app.directory;
    let attempt = match app.attempts.password(&name, app.ip_address(&sent.parts)) {
        Ok(attempt) => attempt,
        Err(error) => {
            let subject = directory.users.subject_of(&name).await?;
            audit(&app, &sent, &subject.unwrap_or_default(), "limited");
            return Err(error.into());
        }
    };
    let password = sent.field("password").to_owned();
    let user = directory.users.authenticate(&name, password).await;
    if !matches!(user, Ok(None)) {
        attempt.take_back();
    }
    let user = user?;
    let outcome = if user.is_some() { "right" } else { "wrong" };
    metrics::event("passwords_total", outcome);
    let Some(user) = user else {
        let subject = directory.users.subject_of(&name).await?;
        audit(&app, &sent, &subject.unwrap_or_default(), "wrong");
        let VerifiedForm {
            mut browser, parts, ..
        } = sent;
        let refused = RefusedForm::new(PATH, FormError::WrongPassword, &[("name", &name)]);
        browser.data.refused_form = Some(refused.clone());
        browser.save().await?;
        let page = render(&app, &parts, &browser, query, form, Some(&refused));
        return Ok(page.into_response());
    };
    let login = Login::new(&user.subject, false);
    let outcome = match user.has_second_factor {
        true => "code_needed",
        false => "right",
    };
    audit(&app, &sent, &user.subject, outcome);
    let mut browser = sent.browser;
    if user.has_second_factor {
        browser.data.begin_pending_login(login);
        browser.save().await?;
        return Ok(Redirect::to(&with_flow("/second-factor", &query.flow)).into_response());
    }
    finish_login(&app, browser, login, &query.flow).await
}

fn audit(app: &App, sent: &VerifiedForm, subject: &str, outcome: &'static str) {
    audit::event(app, &sent.parts, "login", subject, outcome);
}
