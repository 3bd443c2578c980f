//! What the description says of one operation, apart from its route.

use serde_json::Value;

use super::{HOSTED_REPLACEMENT, REPEATABLE};
use crate::document::{TEXT, content, success};

/// Whether the operation may be retried after it may have been processed, unless the request has a single-use member.
pub(super) fn is_repeatable(operation: &Value) -> bool {
    operation[REPEATABLE] == true || single_use(operation).is_some()
}

/// The single-use member of the request.
pub fn single_use(operation: &Value) -> Option<&str> {
    operation[REPEATABLE]["unless"].as_str()
}

/// The operation to call in place of this one on Authlete's own 3.0 servers.
pub(super) fn hosted_replacement(operation: &Value) -> Option<&str> {
    operation[HOSTED_REPLACEMENT].as_str()
}

/// Whether the response is plain text instead of JSON.
pub(super) fn answers_text(operation: &Value) -> bool {
    let body = success(operation).and_then(|(_, response)| content(response));
    body.is_some_and(|(media_type, _)| media_type == TEXT)
}
