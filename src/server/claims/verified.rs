//! Verified claims (OpenID Connect for Identity Assurance).

use serde_json::{Map, Value};

use super::Claims;
use super::consented::TRANSFORMED;
use super::presence::{fulfils, present};
use crate::JsonObject;

/// The request with only the permitted claims; `None` if there are none. Transformed claims are left to
/// Authlete.
pub fn narrow(
    request: &Map<String, Value>,
    is_permitted: impl Fn(&str) -> bool,
) -> Option<JsonObject> {
    let mut request = request.clone();
    let claims = request.get_mut("claims")?.as_object_mut()?;
    claims.retain(|name, _| !name.starts_with(TRANSFORMED) && is_permitted(name));
    let is_empty = claims.is_empty();
    (!is_empty).then_some(JsonObject(request))
}

/// The verified claims of the user that fulfil the request, limited to the requested claims.
pub fn collect(request: &JsonObject, user: &(impl Claims + ?Sized)) -> Vec<Value> {
    let found = user.verified_claims(request).into_iter();
    found.filter_map(|found| check(request, found)).collect()
}

fn check(request: &JsonObject, found: Value) -> Option<Value> {
    let Value::Object(mut found) = present(found)? else {
        return None;
    };
    let member = |name: &str| request.get(name).and_then(Value::as_object);
    let verification = found.get("verification")?.as_object()?;
    for (name, demand) in member("verification").into_iter().flatten() {
        let value = verification.get(name).unwrap_or(&Value::Null);
        if !fulfils(value, Some(demand)) {
            return None;
        }
    }
    let asked = member("claims")?;
    let claims = found.get_mut("claims")?.as_object_mut()?;
    claims.retain(|name, value| {
        asked
            .get(name)
            .is_some_and(|demand| fulfils(value, Some(demand)))
    });
    let is_empty = claims.is_empty();
    (!is_empty).then_some(Value::Object(found))
}
