//! What a service publishes: its metadata (OpenID Connect Discovery 1.0 §3, RFC 8414 §2) and its keys.

use serde_json::Value;

use crate::call::Call;
use crate::json::Members;
use crate::protocol::{keys, metadata};
use crate::reply::{Outcome, Reply};
use crate::result_code::{PATCH_INAPPLICABLE, PATCH_MALFORMED};
use crate::store::Service;

pub fn configuration(call: &Call, service: &Service) -> Outcome {
    let mut document = Value::Object(metadata::of(service));
    if let Some(patch) = call.parameters.text("patch") {
        let refuse = |code| Reply::error(400, call.path, code);
        let patch: json_patch::Patch =
            serde_json::from_str(patch).map_err(|_| refuse(PATCH_MALFORMED))?;
        json_patch::patch(&mut document, &patch).map_err(|_| refuse(PATCH_INAPPLICABLE))?;
    }
    Ok(document_reply(call, document))
}

/// The keys in `jwks`, without the private members unless they are asked for.
pub fn jwks(call: &Call, service: &Service) -> Outcome {
    let Some(text) = service.settings.text("jwks") else {
        return Ok(Reply::no_content());
    };
    let set = match is_true(call, "includePrivateKeys") {
        true => serde_json::from_str(text).unwrap_or_default(),
        false => keys::registered(&service.settings).public().to_json(),
    };
    Ok(document_reply(call, set))
}

fn document_reply(call: &Call, document: Value) -> Reply {
    let reply = Reply::document(document);
    match is_true(call, "pretty") {
        true => reply.indented(),
        false => reply,
    }
}

fn is_true(call: &Call, parameter: &str) -> bool {
    call.parameters.text(parameter) == Some("true")
}
