//! What is above any service: `/misc`, `/info` and `/lifecycle`.

use authlete::operations;
use serde_json::json;

use crate::call::Call;
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::saver::SaveStatus;

/// Says what it was told.
pub fn echo(call: &Call) -> Outcome {
    Ok(Reply::object(200, call.parameters.clone()))
}

/// The version, and the operations. There is neither a configuration of the server nor a cache of access tokens.
pub fn info(_: &Call) -> Outcome {
    let features: Vec<_> = operations::ALL.iter().map(|known| known.id).collect();
    Ok(Reply::document(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "features": features,
    })))
}

/// That this is answered at all is what there is to tell, unless more is asked for: then it is what calls depend on.
pub fn healthcheck(call: &Call, save_status: &SaveStatus) -> Outcome {
    if !call.is_true("extended") {
        return Ok(Reply::text(200, "OK".to_owned()));
    }
    let parts = [
        ("random numbers", random::token().is_ok()),
        ("state", !save_status.has_failed()),
    ];
    let word = |is_good| if is_good { "OK" } else { "FAILED" };
    let is_good = parts.iter().all(|(_, is_good)| *is_good);
    let parts = parts.map(|(name, is_good)| format!("\n{name}: {}", word(is_good)));
    let status = if is_good { 200 } else { 503 };
    Ok(Reply::text(
        status,
        word(is_good).to_owned() + &parts.concat(),
    ))
}
