//! Whether a call may be repeated even if it may have been processed.

use std::collections::HashMap;

use serde::de::IgnoredAny;

use crate::Operation;

/// Whether the operation is repeatable and the request has no single-use member.
pub(crate) fn is_repeatable(operation: &Operation, body: &[u8]) -> bool {
    let has = |member| has_member(body, member);
    operation.repeatable && !operation.single_use.is_some_and(has)
}

/// Only the names are parsed, because values may be secrets. The search for the name avoids parsing most bodies.
fn has_member(body: &[u8], name: &str) -> bool {
    if !body.windows(name.len()).any(|word| word == name.as_bytes()) {
        return false;
    }
    let members = serde_json::from_slice::<HashMap<String, Option<IgnoredAny>>>(body);
    members.is_ok_and(|members| matches!(members.get(name), Some(Some(_))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_use_member_counts_at_the_top_level_with_a_value() {
        for (body, expected) in [
            (r#"{"token":"t","dpop":"proof"}"#, true),
            (r#"{"dpop":null}"#, false),
            (r#"{"token":"dpop"}"#, false),
            (r#"{"a":{"dpop":"proof"}}"#, false),
            ("{}", false),
            ("", false),
        ] {
            assert_eq!(has_member(body.as_bytes(), "dpop"), expected, "{body}");
        }
    }
}
