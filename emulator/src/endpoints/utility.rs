//! APIs that do not belong to a service: `/misc`, `/info` and `/lifecycle`.

use authlete::operations;
use serde_json::json;

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::random;

/// Returns the parameters of the call.
pub fn echo(call: &Call) -> Outcome {
    Ok(ApiResponse::object(200, call.parameters.clone()))
}

/// Returns the version and the operations. The emulator has no server configuration and no access token cache to report.
pub fn info(_: &Call) -> Outcome {
    let features: Vec<_> = operations::ALL.iter().map(|known| known.id).collect();
    Ok(ApiResponse::document(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "features": features,
    })))
}

/// Responds with `OK` or, with `extended`, with the health of each dependency of the calls.
pub fn healthcheck(call: &Call, is_saved: bool) -> Outcome {
    if !call.is_true("extended") {
        return Ok(ApiResponse::text(200, "OK".to_owned()));
    }
    let checks = [
        ("random numbers", random::token().is_ok()),
        ("state", is_saved),
    ];
    let status_text = |is_healthy| if is_healthy { "OK" } else { "FAILED" };
    let is_healthy = checks.iter().all(|(_, is_healthy)| *is_healthy);
    let lines = checks.map(|(name, is_healthy)| format!("\n{name}: {}", status_text(is_healthy)));
    let status = if is_healthy { 200 } else { 503 };
    Ok(ApiResponse::text(
        status,
        status_text(is_healthy).to_owned() + &lines.concat(),
    ))
}
