//! What a service publishes: its metadata (OpenID Connect Discovery 1.0 §3, RFC 8414 §2) and its keys.

use serde_json::Value;

use crate::call::Call;
use crate::jose::JwkSet;
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

/// The keys of the service, without the private members unless they are asked for. Those of a hardware security module
/// never have them.
pub fn jwks(call: &Call, service: &Service) -> Outcome {
    let hardware = keys::of_hardware(service).public();
    if !service.settings.contains_key("jwks") && hardware.keys().is_empty() {
        return Ok(Reply::no_content());
    }
    let registered = keys::registered(&service.settings);
    let registered = match is_true(call, "includePrivateKeys") {
        true => registered,
        false => registered.public(),
    };
    let keys = registered.keys().iter().chain(hardware.keys());
    let set: JwkSet = keys.cloned().collect();
    Ok(document_reply(call, set.to_json()))
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
