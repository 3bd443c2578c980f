//! Claims that a client requests (OpenID Connect Core 1.0 §5.4, §5.5).

use std::collections::BTreeSet;

use authlete::types::ResponseType;
use serde_json::Value;

use super::oauth_error::OAuthError;
use super::{response_type, scope_claims};
use crate::json::{Object, ObjectExt};
use crate::model::Parameters;
use crate::result_code::{
    CLAIMS_ID_TOKEN_MALFORMED, CLAIMS_MALFORMED, CLAIMS_TRANSFORMED_MALFORMED,
    CLAIMS_USERINFO_MALFORMED, ResultCode,
};
use crate::settings::ServiceSettings;

/// The members of the parameter, which contain claims by name.
const MEMBERS: [(&str, ResultCode); 3] = [
    ("id_token", CLAIMS_ID_TOKEN_MALFORMED),
    ("userinfo", CLAIMS_USERINFO_MALFORMED),
    ("transformed_claims", CLAIMS_TRANSFORMED_MALFORMED),
];

/// The `claims` parameter: an object whose members are objects.
pub fn requested(parameters: &Parameters) -> Result<Option<Object>, OAuthError> {
    let Some(text) = parameters.get("claims") else {
        return Ok(None);
    };
    let invalid = OAuthError::invalid_request;
    let claims: Object = serde_json::from_str(text).map_err(|_| invalid(CLAIMS_MALFORMED))?;
    for (name, code) in MEMBERS {
        let member = claims.get(name);
        if member.is_some_and(|member| !(member.is_object() || member.is_null())) {
            return Err(invalid(code));
        }
    }
    Ok(Some(claims))
}

/// A member of the parameter as JSON text, as in the API.
pub fn member(claims: Option<&Object>, name: &str) -> Option<String> {
    let member = claims?.object(name)?;
    Some(Value::Object(member.clone()).to_string())
}

/// The request for one claim of the ID token.
pub fn of_id_token<'a>(claims: Option<&'a Object>, name: &str) -> Option<&'a Object> {
    claims?.object("id_token")?.object(name)
}

/// The names of the claims for the ID token. Those of scopes are included, unless `claimShortcutRestrictive` is on and an
/// access token can be used to get them.
pub fn for_id_token(
    claims: Option<&Object>,
    scopes: &[String],
    response_type: &ResponseType,
    service: &ServiceSettings,
) -> Option<Vec<String>> {
    let elsewhere = service.claim_shortcut_restrictive() && has_access_token(response_type);
    let scopes = if elsewhere { &[] } else { scopes };
    names(claims, "id_token", scopes)
}

/// The names of the claims for the UserInfo endpoint, if the response type gives the client an access token.
pub fn for_userinfo(
    claims: Option<&Object>,
    scopes: &[String],
    response_type: &ResponseType,
) -> Option<Vec<String>> {
    let reachable = has_access_token(response_type);
    reachable.then(|| at_userinfo(claims, scopes))?
}

/// The names of the claims that the UserInfo endpoint returns for an access token.
pub fn at_userinfo(claims: Option<&Object>, scopes: &[String]) -> Option<Vec<String>> {
    names(claims, "userinfo", scopes)
}

fn has_access_token(response_type: &ResponseType) -> bool {
    response_type::has(response_type, "code") || response_type::has(response_type, "token")
}

fn names(claims: Option<&Object>, member: &str, scopes: &[String]) -> Option<Vec<String>> {
    let listed = claims.and_then(|claims| claims.object(member));
    let listed = listed.into_iter().flat_map(Object::keys);
    let by_scope = scope_claims::names(scopes).unwrap_or_default();
    let names: BTreeSet<_> = listed.map(String::as_str).chain(by_scope).collect();
    let names: Vec<_> = names.into_iter().map(str::to_owned).collect();
    (!names.is_empty()).then_some(names)
}
