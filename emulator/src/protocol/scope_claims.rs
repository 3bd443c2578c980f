//! Claims requested by scopes (OpenID Connect Core 1.0 §5.4).

use authlete::StandardScope;

use super::scopes::are_openid;

/// The names of the claims; `None` without the scope `openid`.
pub fn names(scopes: &[String]) -> Option<Vec<&'static str>> {
    if !are_openid(scopes) {
        return None;
    }
    let known = scopes
        .iter()
        .filter_map(|scope| StandardScope::from_protocol_value(scope));
    let names: Vec<_> = known
        .flat_map(|scope| scope.claims().iter().copied())
        .collect();
    (!names.is_empty()).then_some(names)
}
