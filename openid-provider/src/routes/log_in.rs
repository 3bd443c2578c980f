//! The login. Replace `send` to authenticate users in another way.

use authlete::server::{Interaction, LoginReason, PendingAuthorization};
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;
use serde::Deserialize;

use super::{at, finish_login, go_on, interaction, with_form_token};
use crate::app::App;
use crate::error::Error;
use crate::form::Sent;
use crate::metrics;
use crate::pages::{LoginPage, Page};
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
    let user = app.directory.user(&visit).await?;
    if flow.is_empty() {
        return Ok(match user {
            Some(_) => Redirect::to("/account").into_response(),
            None => render(&app, &parts, &visit, None, Asked::default()).into_response(),
        });
    }
    let pending = app.directory.flow(&visit, &flow).await?.pending;
    let client_id = pending.client_id();
    let session = app.directory.session(&mut visit, client_id).await?;
    let asked = match interaction(&pending, session.as_ref()) {
        Some(Interaction::LogIn(asked)) => {
            let needs_second_factor =
                asked.reason == LoginReason::Acr && asked.acrs.iter().any(|acr| acr == ACRS[1]);
            if needs_second_factor && let Some(user) = &user {
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
        Some(Interaction::Consent(_)) | None => {
            return Ok(go_on(&flow));
        }
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
    let answer = flow.map(|(_, pending)| pending.answer());
    let locales = answer.and_then(|answer| answer.ui_locales.as_deref());
    let client = answer.and_then(|answer| answer.client.as_ref());
    LoginPage {
        page: Page::new(app, parts, Some(visit), locales).flow(flow.map_or("", |(name, _)| name)),
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
    app.count_attempt(&sent.parts, &name)?;
    let password = sent.field("password").to_owned();
    let user = app.directory.users.authenticate(&name, password).await?;
    let outcome = if user.is_some() { "right" } else { "wrong" };
    metrics::event("passwords_total", outcome);
    let Some(user) = user else {
        let asked = Asked {
            hint: Some(name),
            reason: None,
        };
        // Without a request that waits, the login is for this server alone.
        let kept = app.directory.flow(&sent.visit, &flow).await.ok();
        let kept = kept.as_ref().map(|kept| (flow.as_str(), &kept.pending));
        let mut page = render(&app, &sent.parts, &sent.visit, kept, asked);
        page.page.mistake = Some(page.page.texts().wrong_password);
        return Ok(page.into_response());
    };
    let login = Login::new(&user.subject, false);
    let mut visit = sent.visit;
    if user.has_second_factor {
        visit.kept.begin_half(login);
        visit.save().await?;
        return Ok(Redirect::to(&at("/second-factor", &flow)).into_response());
    }
    finish_login(&app, visit, login, &flow).await
}
