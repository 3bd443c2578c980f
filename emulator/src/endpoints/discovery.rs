//! What a service publishes: its metadata (OpenID Connect Discovery 1.0 §3, RFC 8414 §2) and its keys.

use serde_json::Value;

use crate::call::Call;
use crate::jose::JwkSet;
use crate::json::Members;
use crate::protocol::{keys, metadata};
use crate::reply::{Outcome, Reply};
use crate::result_code::{PATCH_INAPPLICABLE, PATCH_MALFORMED};
use crate::store::Service;

/// The most bytes of metadata that a patch may make by copying.
const LONGEST: usize = 256 * 1024;

pub fn configuration(call: &Call, service: &Service) -> Outcome {
    let mut document = Value::Object(metadata::of(service));
    if let Some(patch) = call.body.text("patch") {
        let refuse = |code| Reply::error(400, call.path, code);
        let patch: json_patch::Patch =
            serde_json::from_str(patch).map_err(|_| refuse(PATCH_MALFORMED))?;
        apply(&patch, &mut document).ok_or_else(|| refuse(PATCH_INAPPLICABLE))?;
    }
    Ok(document_reply(call, document))
}

/// Changes the metadata, as long as they remain an object and of some size: a few copies of the whole in itself would
/// fill the memory.
fn apply(patch: &json_patch::Patch, document: &mut Value) -> Option<()> {
    for operation in &patch.0 {
        json_patch::patch(document, std::slice::from_ref(operation)).ok()?;
        let is_copy = matches!(operation, json_patch::PatchOperation::Copy(_));
        if is_copy && document.to_string().len() > LONGEST {
            return None;
        }
    }
    document.is_object().then_some(())
}

/// The keys of the service, without the private members unless they are asked for. Those of a hardware security module
/// never have them.
pub fn jwks(call: &Call, service: &Service) -> Outcome {
    let hardware = keys::of_hardware(service).public();
    if service.settings.jwks().is_none() && hardware.keys().is_empty() {
        return Ok(Reply::no_content());
    }
    let registered = service.settings.jwks().cloned().unwrap_or_default();
    let registered = match call.is_true("includePrivateKeys") {
        true => registered,
        false => registered.public(),
    };
    let keys = registered.keys().iter().chain(hardware.keys());
    let set: JwkSet = keys.cloned().collect();
    Ok(document_reply(call, set.to_json()))
}

fn document_reply(call: &Call, document: Value) -> Reply {
    match call.is_true("pretty") {
        true => Reply::indented(document),
        false => Reply::document(document),
    }
}
