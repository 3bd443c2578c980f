//! The `claims` parameter (OpenID Connect Core 1.0 §5.5).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::JsonObject;
use crate::types::AuthorizationResponse;

/// The names of the individually requested claims.
pub(super) fn names(answer: &AuthorizationResponse) -> BTreeSet<String> {
    members(answer).into_iter().map(|(name, _)| name).collect()
}

/// The claims that are requested as essential (§5.5.1).
pub(super) fn essential(answer: &AuthorizationResponse) -> BTreeSet<String> {
    let members = members(answer).into_iter();
    members
        .filter(|(_, claim)| claim.get("essential") == Some(&Value::Bool(true)))
        .map(|(name, _)| name)
        .collect()
}

fn members(answer: &AuthorizationResponse) -> Vec<(String, Value)> {
    [&answer.id_token_claims, &answer.user_info_claims]
        .into_iter()
        .flatten()
        .filter_map(|text| serde_json::from_str::<JsonObject>(text).ok())
        .flat_map(|members| members.0)
        .collect()
}
