//! The claims that a user consented to.

use std::collections::HashSet;

use super::scope_claims;
use crate::store::Grant;

/// The claims that the server listed. Without a list, as in Authlete, those of the scopes and those that the server gave
/// values for.
pub fn of(grant: &Grant) -> Vec<String> {
    let Some(openid) = grant.openid.as_deref() else {
        return Vec::new();
    };
    let listed = openid.consented_claims.as_deref().unwrap_or_default();
    if !listed.is_empty() {
        return listed.to_vec();
    }
    let of_scopes = scope_claims::names(&grant.scopes).unwrap_or_default();
    let given = openid.claims.keys().map(String::as_str);
    let mut seen = HashSet::new();
    let claims = of_scopes.into_iter().chain(given);
    claims
        .filter(|claim| seen.insert(*claim))
        .map(str::to_owned)
        .collect()
}
