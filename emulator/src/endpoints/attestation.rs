//! `/attestation`: challenges for client attestations (OAuth 2.0 Attestation-Based Client Authentication).

use serde_json::json;

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::json::ObjectExt;
use crate::result_code::ATTESTATION_CHALLENGE_OK;
use crate::store::Service;

/// Creates the response of the challenge endpoint.
pub fn challenge(call: &Call, service: &mut Service) -> Outcome {
    let challenge = service.attestation_challenge(call.now)?;
    let content = json!({ "attestation_challenge": challenge });
    let content = match call.body.flag("pretty") {
        true => format!("{content:#}"),
        false => content.to_string(),
    };
    let response = ApiResponse::action(call.path, ATTESTATION_CHALLENGE_OK, "OK")
        .with("responseContent", content)
        .with("attestationChallenge", challenge);
    Ok(response.build())
}
