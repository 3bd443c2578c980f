//! `/vci`: what a credential issuer publishes, and its nonces.

use serde_json::{Value, json};

use crate::call::Call;
use crate::json::Members;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::{credential_issuer, credential_nonce};
use crate::reply::{Outcome, Reply};
use crate::result_code::{CREDENTIAL_NONCE_DISABLED, CREDENTIAL_NONCE_MADE, ResultCode};
use crate::store::Service;

/// OpenID for Verifiable Credential Issuance 1.0 §7.
pub fn nonce(call: &Call, service: &mut Service) -> Outcome {
    refuse_disabled(call, service, CREDENTIAL_NONCE_DISABLED)?;
    let nonce = credential_nonce::shared(service, call.now)?;
    let content = written(call, &json!({ "c_nonce": nonce }));
    Ok(Reply::action(call.path, CREDENTIAL_NONCE_MADE, "OK")
        .with("responseContent", content)
        .with("cnonce", nonce)
        .reply())
}

/// A service that issues no credentials has none of these endpoints.
fn refuse_disabled(call: &Call, service: &Service, code: ResultCode) -> Result<(), Reply> {
    if credential_issuer::is_enabled(&service.settings) {
        return Ok(());
    }
    let error = OAuthError::new("not_found", code);
    let answer = error.answer(call.path, "NOT_FOUND", &service.settings);
    Err(answer.reply())
}

/// A document for people, or for programs.
fn written(call: &Call, document: &Value) -> String {
    match call.body.flag("pretty") {
        true => format!("{document:#}"),
        false => document.to_string(),
    }
}
