//! Receives logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.5).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use openidconnect::core::CoreJwsSigningAlgorithm;
use openidconnect::{JsonWebKey as _, JwsSigningAlgorithm as _};
use serde_json::{Value, json};

use super::Demo;
use super::discovery::Metadata;
use super::jwt::Jwt;
use super::pages::FormFields;
use super::recording_client::RecordingClient;
use super::sections::BACKCHANNEL_LOGOUT;
use super::session::{DemoLogin, DemoSession};
use super::steps::{Step, Text, claims, time_text};
use crate::clock::now;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The maximum age of a logout token, and the maximum clock skew, in seconds.
const MAX_AGE: i64 = 300;

pub async fn receive(State(demo): State<Demo>, FormFields(sent): FormFields) -> Response {
    let no_store = [(CACHE_CONTROL, "no-store")];
    match accept(&demo, &sent).await {
        Ok(()) => (StatusCode::OK, no_store).into_response(),
        // §2.8.
        Err(why) => {
            tracing::warn!(why, "a logout token was refused");
            let error = json!({ "error": "invalid_request", "error_description": why });
            (StatusCode::BAD_REQUEST, no_store, Json(error)).into_response()
        }
    }
}

async fn accept(demo: &Demo, sent: &[(String, String)]) -> Result<(), &'static str> {
    let mut tokens = sent.iter().filter(|(name, _)| name == "logout_token");
    let (Some((_, token)), None) = (tokens.next(), tokens.next()) else {
        return Err("logout_token is missing, or there are several");
    };
    let token = Jwt::decode(token).ok_or("logout_token is not a signed JWT")?;
    // Cheap checks first: anybody can send a token.
    check_claims(demo, &token)?;
    let metadata = demo.discover(&RecordingClient::new(&demo.http)).await;
    let metadata = metadata.map_err(|_| "the keys of the provider cannot be fetched")?;
    check_signature(demo, &metadata, &token)?;
    end_sessions(demo, &token);
    Ok(())
}

/// §2.6, without the signature.
fn check_claims(demo: &Demo, token: &Jwt) -> Result<(), &'static str> {
    let typ = token.header.get("typ").and_then(Value::as_str);
    let typ = typ.unwrap_or_default().to_ascii_lowercase();
    if typ.strip_prefix("application/").unwrap_or(&typ) != "logout+jwt" {
        return Err("typ is not logout+jwt");
    }
    if token.header.contains_key("crit") {
        return Err("crit is not understood");
    }
    if token.claim("iss") != Some(demo.issuer.as_str()) {
        return Err("iss is another issuer");
    }
    let client_id = Value::from(&**demo.client_id);
    let is_for_demo = match token.claims.get("aud") {
        Some(Value::Array(audience)) => audience.contains(&client_id),
        audience => audience == Some(&client_id),
    };
    if !is_for_demo {
        return Err("aud does not name this client");
    }
    let issued_at = token.time("iat").ok_or("iat is missing")?;
    if now().abs_diff(issued_at) > MAX_AGE.unsigned_abs() {
        return Err("iat is too long ago, or in the future");
    }
    let expires_at = token.time("exp").ok_or("exp is missing")?;
    if expires_at <= now() {
        return Err("the token has expired");
    }
    if token.claim("jti").is_none() {
        return Err("jti is missing");
    }
    let event = token
        .claims
        .get("events")
        .and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err("events has no logout");
    }
    if token.claims.contains_key("nonce") {
        return Err("nonce is for ID tokens");
    }
    if token.claim("sub").is_none() && token.claim("sid").is_none() {
        return Err("sub and sid are missing");
    }
    Ok(())
}

/// Checks the signature with a key of the provider. The algorithm must be one of its ID tokens.
fn check_signature(demo: &Demo, metadata: &Metadata, token: &Jwt) -> Result<(), &'static str> {
    let alg = token.header.get("alg").cloned().unwrap_or_default();
    let alg: CoreJwsSigningAlgorithm =
        serde_json::from_value(alg).map_err(|_| "alg is not supported")?;
    let allowed = metadata.id_token_signing_alg_values_supported();
    if !allowed.contains(&alg) || alg == CoreJwsSigningAlgorithm::None {
        return Err("alg is not allowed");
    }
    let (message, signature) = (token.signed.as_bytes(), &token.signature);
    let wrong = "the signature is wrong";
    if alg.uses_shared_secret() {
        let secret = demo.client_secret.secret().clone().into_bytes();
        let key = openidconnect::core::CoreJsonWebKey::new_symmetric(secret);
        return key
            .verify_signature(&alg, message, signature)
            .map_err(|_| wrong);
    }
    let id = token.header.get("kid").and_then(Value::as_str);
    let keys = metadata.jwks().keys().iter();
    let mut keys = keys.filter(|key| id.is_none() || key.key_id().map(|id| id.as_str()) == id);
    // The library checks the use and the type of the key.
    let is_right = keys.any(|key| key.verify_signature(&alg, message, signature).is_ok());
    is_right.then_some(()).ok_or(wrong)
}

/// Ends the sessions that the token names (§2.7).
fn end_sessions(demo: &Demo, token: &Jwt) {
    let checks: [Text; 3] = [
        |texts| texts.checked_signature,
        |texts| texts.checked_logout_token,
        |texts| texts.checked_no_nonce,
    ];
    let mut received = serde_json::Map::new();
    received.insert("received_at".to_owned(), time_text(now()).into());
    let step = Step::new(|texts| &texts.logout_token)
        .section(BACKCHANNEL_LOGOUT.at("2.5"))
        .section(BACKCHANNEL_LOGOUT.at("2.6"))
        .table(|texts| texts.message, "message", claims(&received))
        .table(|texts| texts.header, "header", claims(&token.header))
        .table(|texts| texts.claims, "logout_token", claims(&token.claims))
        .checks(checks);
    demo.sessions.each(|session: &mut DemoSession| {
        let login = session.login.as_ref().or(session.previous_login.as_ref());
        if login.is_some_and(|login| names(token, login)) {
            session.log_out(step.clone());
        }
    });
}

/// A token with `sid` is for that session alone, and one without it for all sessions of the user.
fn names(token: &Jwt, login: &DemoLogin) -> bool {
    let subject = token.claim("sub");
    let session_id = token.claim("sid");
    subject.is_none_or(|subject| subject == login.subject)
        && session_id.is_none_or(|id| login.session_id.as_deref() == Some(id))
}
