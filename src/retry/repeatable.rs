//! Whether a call that may have been processed may be made again.

use std::collections::HashMap;

use serde::de::IgnoredAny;

use crate::Operation;

/// What the description says of the operation, and whether this request has what is good for one use.
pub(super) fn is_repeatable(operation: &Operation, body: &[u8]) -> bool {
    let has = |member| has_member(body, member);
    operation.repeatable && !operation.single_use.is_some_and(has)
}

/// Only the names are read: the values may be secrets.
fn has_member(body: &[u8], name: &str) -> bool {
    let members = serde_json::from_slice::<HashMap<String, Option<IgnoredAny>>>(body);
    members.is_ok_and(|members| matches!(members.get(name), Some(Some(_))))
}
