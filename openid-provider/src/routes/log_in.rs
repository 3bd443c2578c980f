//! The login. Replace `send` to authenticate users in another way.

use authlete::server::{Interaction, LoginReason, PendingAuthorization};
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;
use serde::Deserialize;

use super::{finish_login, go_on, interaction, page_for, with_form_token};
use crate::app::App;
use crate::audit;
use crate::error::Error;
use crate::flows::at;
use crate::form::Sent;
use crate::metrics;
use crate::pages::LoginPage;
use crate::visit::{ACRS, Login, Visit};

/// The authorization request that a page is for.
#[derive(Deserialize)]
pub struct Flow {
    #[serde(default)]
    pub flow: String,
}

pub async fn page(
    State(app): State<App>,
    Query(Flow { flow }): Query<Flow>,
    mut visit: Visit,
    parts: Parts,
) -> Result<Response, Error> {
    with_form_token(&mut visit).await?;
    if flow.is_empty() {
        return Ok(match app.directory.user(&visit).await? {
            Some(_) => Redirect::to("/account").into_response(),
            None => render(&app, &parts, &visit, None, Asked::default()).into_response(),
        });
    }
    let opened = app.directory.open(&mut visit, &flow).await?;
    let pending = opened.flow.pending;
    let asked = match interaction(&pending, opened.session.as_ref()) {
        Some(Interaction::LogIn(asked)) => {
            let needs_second_factor =
                asked.reason == LoginReason::Acr && asked.acrs.iter().any(|acr| acr == ACRS[1]);
            if needs_second_factor && let Some(user) = &opened.user {
                // The password was right: what is missing is the second factor.
                return Ok(match user.has_second_factor {
                    true => {
                        if let Some(login) = visit.kept.login.clone() {
                            visit.kept.begin_half(login);
                            visit.save().await?;
                        }
                        Redirect::to(&at("/second-factor", &flow))
                    }
                    false => Redirect::to(&at("/account/second-factor", &flow)),
                }
                .into_response());
            }
            Asked {
                hint: asked.login_hint,
                reason: Some(asked.reason),
            }
        }
        Some(
            Interaction::ChooseAccount { login_hint, .. }
            | Interaction::CreateAccount { login_hint },
        ) => Asked {
            hint: login_hint,
            reason: None,
        },
        Some(Interaction::Consent(_)) | None => return Ok(go_on(&flow)),
    };
    let page = render(&app, &parts, &visit, Some((&flow, &pending)), asked);
    Ok(page.into_response())
}

/// What the client asks of the login.
#[derive(Default)]
struct Asked {
    hint: Option<String>,
    reason: Option<LoginReason>,
}

fn render(
    app: &App,
    parts: &Parts,
    visit: &Visit,
    flow: Option<(&str, &PendingAuthorization)>,
    asked: Asked,
) -> LoginPage {
    let (flow, pending) = flow.unzip();
    let client = pending.and_then(|pending| pending.answer().client.as_ref());
    LoginPage {
        page: page_for(app, parts, visit, flow.unwrap_or_default(), pending),
        client: client.and_then(|client| client.client_name.clone()),
        hint: asked.hint.unwrap_or_default(),
        again: matches!(
            asked.reason,
            Some(LoginReason::Prompt | LoginReason::MaxAge)
        ),
    }
}

/// The name and the password were sent.
pub async fn send(State(app): State<App>, sent: Sent) -> Result<Response, Error> {
    let (flow, name) = (sent.flow(), sent.field("name").to_owned());
    let directory = &app.directory;
    let attempt = match app.attempts.password(&name, &app.address(&sent.parts)) {
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
        let asked = Asked {
            hint: Some(name),
            reason: None,
        };
        // Without a request that waits, the login is for this server alone.
        let kept = directory.flows.get(&sent.visit.kept.key, &flow).await?;
        let kept = kept.as_ref().map(|kept| (flow.as_str(), &kept.pending));
        let mut page = render(&app, &sent.parts, &sent.visit, kept, asked);
        page.page.mistake = Some(page.page.texts().wrong_password);
        return Ok(page.into_response());
    };
    let login = Login::new(&user.subject, false);
    let outcome = match user.has_second_factor {
        true => "code_needed",
        false => "right",
    };
    audit(&app, &sent, &user.subject, outcome);
    let mut visit = sent.visit;
    if user.has_second_factor {
        visit.kept.begin_half(login);
        visit.save().await?;
        return Ok(Redirect::to(&at("/second-factor", &flow)).into_response());
    }
    finish_login(&app, visit, login, &flow).await
}

fn audit(app: &App, sent: &Sent, subject: &str, outcome: &'static str) {
    audit::event(app, &sent.parts, "login", subject, outcome);
}
