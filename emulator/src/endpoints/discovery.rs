//! The published metadata (OpenID Connect Discovery 1.0 §3, RFC 8414 §2) and keys of a service.

use serde_json::Value;

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::jose::JwkSet;
use crate::json::ObjectExt;
use crate::protocol::{keys, metadata};
use crate::result_code::{PATCH_INAPPLICABLE, PATCH_MALFORMED};
use crate::store::Service;

/// The maximum size of the metadata after a copy operation of a patch, in bytes.
const MAX_COPIED_BYTES: usize = 256 * 1024;

pub fn configuration(call: &Call, service: &Service) -> Outcome {
    let mut document = Value::Object(metadata::of(service));
    if let Some(patch) = call.body.text("patch") {
        let refuse = |code| ApiResponse::error(400, call.path, code);
        let patch: json_patch::Patch =
            serde_json::from_str(patch).map_err(|_| refuse(PATCH_MALFORMED))?;
        apply(&patch, &mut document).ok_or_else(|| refuse(PATCH_INAPPLICABLE))?;
    }
    Ok(document_response(call, document))
}

/// Applies a patch, unless the result is not an object or too large. Repeated copies of the document into itself would
/// exhaust the memory.
fn apply(patch: &json_patch::Patch, document: &mut Value) -> Option<()> {
    for operation in &patch.0 {
        json_patch::patch(document, std::slice::from_ref(operation)).ok()?;
        let is_copy = matches!(operation, json_patch::PatchOperation::Copy(_));
        if is_copy && document.to_string().len() > MAX_COPIED_BYTES {
            return None;
        }
    }
    document.is_object().then_some(())
}

/// The keys of the service. Private members are included on request, except for keys in a hardware security module.
pub fn jwks(call: &Call, service: &Service) -> Outcome {
    let hardware = keys::of_hardware(service).public();
    if service.settings.jwks().is_none() && hardware.keys().is_empty() {
        return Ok(ApiResponse::no_content());
    }
    let registered = service.settings.jwks().cloned().unwrap_or_default();
    let registered = match call.is_true("includePrivateKeys") {
        true => registered,
        false => registered.public(),
    };
    let keys = registered.keys().iter().chain(hardware.keys());
    let set: JwkSet = keys.cloned().collect();
    Ok(document_response(call, set.to_json()))
}

fn document_response(call: &Call, document: Value) -> ApiResponse {
    match call.is_true("pretty") {
        true => ApiResponse::indented(document),
        false => ApiResponse::document(document),
    }
}
