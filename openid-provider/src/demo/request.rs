//! The authorization request, with a parameter for each choice of the visitor.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use openidconnect::core::{CoreAuthPrompt, CoreResponseType};
use openidconnect::url::Url;
use openidconnect::{
    AuthenticationContextClass, AuthenticationFlow, CsrfToken, LanguageTag, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, Scope,
};
use serde_json::json;

use super::Demo;
use super::choices::{CONSENT, Choices, FORM_POST, OFFLINE_ACCESS};
use super::discovery::{self, Metadata};
use super::pages::{DemoPage, RequestPage};
use super::recording_client::RecordingClient;
use super::sections::{CORE, CREATE, RFC_6749, RFC_7636};
use super::session::SessionKey;
use super::steps::{Failed, Step, parameters};
use super::tokens::ExpectedClaims;
use crate::session_data::ACRS;

/// An authorization request that waits for its response.
pub struct SentRequest {
    /// The session that it belongs to.
    pub session_key: String,
    pub metadata: Metadata,
    pub verifier: PkceCodeVerifier,
    pub expected: ExpectedClaims,
    /// The response, when it came as a form.
    pub received: Option<Vec<(String, String)>>,
}

pub async fn page(State(demo): State<Demo>, session_key: SessionKey, parts: Parts) -> Response {
    let page = DemoPage::new(&parts);
    let recorder = RecordingClient::new(&demo.http);
    let choices = Choices::of(&parts.uri);
    let prepared = match demo.discover(&recorder).await {
        Ok(metadata) => prepare(&demo, &session_key, metadata, &choices),
        Err(failed) => Err(failed),
    };
    let mut steps = discovery::steps(&recorder);
    let mut step = Step::new(|texts| &texts.authorization_request)
        .section(CORE.at("3.1.2.1"))
        .section(RFC_6749.at("4.1.1"))
        .section(RFC_7636.at("4.3"));
    if choices.prompt == Some("create") {
        step = step.section(CREATE.at("4"));
    }
    let url = match prepared {
        Ok(url) => {
            let query: Vec<_> = url.query_pairs().into_owned().collect();
            let rows = parameters(&query);
            steps.push(step.table(|texts| texts.request_parameters, "authorization", rows));
            Some(url.to_string())
        }
        Err(Failed(problem)) => {
            steps.push(step.problem(problem));
            None
        }
    };
    RequestPage { page, steps, url }.into_response()
}

/// Builds the request, and stores what the response must match.
fn prepare(
    demo: &Demo,
    session_key: &SessionKey,
    metadata: Metadata,
    choices: &Choices,
) -> Result<Url, Failed> {
    let client = demo.client(&metadata)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
    let mut request = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .set_pkce_challenge(challenge)
        .add_scopes(choices.scopes.iter().map(|&scope| Scope::new(scope.into())));
    // The scope `offline_access` requires `prompt=consent` (Core §11).
    let needs_consent = choices.scopes.contains(&OFFLINE_ACCESS);
    let consent = needs_consent.then_some(CONSENT);
    let consent = consent.filter(|_| !matches!(choices.prompt, Some(CONSENT | "none")));
    for prompt in choices.prompt.into_iter().chain(consent) {
        request = request.add_prompt(match prompt {
            "none" => CoreAuthPrompt::None,
            "login" => CoreAuthPrompt::Login,
            CONSENT => CoreAuthPrompt::Consent,
            "select_account" => CoreAuthPrompt::SelectAccount,
            other => CoreAuthPrompt::Extension(other.to_owned()),
        });
    }
    if let Some(max_age) = choices.max_age {
        request = request.set_max_age(std::time::Duration::from_secs(max_age.into()));
    }
    let [_, two_factors] = ACRS;
    match choices.two_steps {
        Some("voluntary") => {
            let acr = AuthenticationContextClass::new(two_factors.to_owned());
            request = request.add_auth_context_value(acr);
        }
        Some(_) => {
            let acr =
                json!({ "id_token": { "acr": { "essential": true, "values": [two_factors] } } });
            request = request.add_extra_param("claims", acr.to_string());
        }
        None => {}
    }
    if let Some(locale) = choices.ui_locale {
        request = request.add_ui_locale(LanguageTag::new(locale.to_owned()));
    }
    if choices.form_post {
        request = request.add_extra_param("response_mode", FORM_POST);
    }
    let (url, state, nonce) = request.url();
    let sent_request = SentRequest {
        session_key: session_key.0.clone(),
        metadata,
        verifier,
        expected: ExpectedClaims {
            nonce: Some(nonce),
            max_age: choices.max_age,
            acr: (choices.two_steps == Some("essential")).then_some(two_factors),
            subject: None,
        },
        received: None,
    };
    demo.sent_requests.put(state.secret(), sent_request);
    Ok(url)
}
