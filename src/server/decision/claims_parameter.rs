//! The `claims` parameter (OpenID Connect Core 1.0 §5.5).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::JsonObject;
use crate::types::AuthorizationResponse;

/// The names of the individually requested claims.
pub(super) fn names(answer: &AuthorizationResponse) -> BTreeSet<String> {
    names_of_claims(answer, |_| true)
}

/// The claims that are requested as essential (§5.5.1).
pub(super) fn essential(answer: &AuthorizationResponse) -> BTreeSet<String> {
    names_of_claims(answer, |claim| claim["essential"] == true)
}

fn names_of_claims(answer: &AuthorizationResponse, counts: fn(&Value) -> bool) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for text in [&answer.id_token_claims, &answer.user_info_claims] {
        let text = text.as_deref().unwrap_or_default();
        let members: JsonObject = text.parse().unwrap_or_default();
        for (name, claim) in members.0 {
            if counts(&claim) {
                names.insert(name);
            }
        }
    }
    names
}
