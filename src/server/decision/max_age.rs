//! The maximum age of an authentication.

use crate::JsonObject;
use crate::server::request_credentials::form_values;
use crate::types::AuthorizationResponse;

/// The effective `max_age` of a request, in seconds: its own, or the default of the client.
///
/// Authlete's response has 0 both for a request with `max_age=0` and for one without a limit.
pub(super) fn requested(answer: &AuthorizationResponse, parameters: &str) -> Option<i64> {
    match answer.max_age {
        Some(seconds) if seconds > 0 => Some(seconds.into()),
        _ => {
            let is_zero =
                in_parameters(parameters) || in_request_object(answer) || overrides_default(answer);
            is_zero.then_some(0)
        }
    }
}

/// Whether a form has `max_age=0`.
pub(super) fn in_parameters(parameters: &str) -> bool {
    form_values(parameters, "max_age").any(|text| is_zero(&text))
}

/// RFC 9101 §4. The value may be a JSON number or a string.
fn in_request_object(answer: &AuthorizationResponse) -> bool {
    let payload = answer.request_object_payload.as_deref();
    payload
        .and_then(|text| text.parse::<JsonObject>().ok())
        .and_then(|payload| payload.get("max_age").cloned())
        .is_some_and(|value| match value.as_str() {
            Some(text) => is_zero(text),
            None => value.as_f64() == Some(0.0),
        })
}

/// Whether the client has a default, which only a `max_age` of the request can override.
fn overrides_default(answer: &AuthorizationResponse) -> bool {
    let default = answer
        .client
        .as_ref()
        .and_then(|client| client.default_max_age);
    answer.max_age == Some(0) && default.is_some_and(|seconds| seconds > 0)
}

fn is_zero(text: &str) -> bool {
    text.trim().parse() == Ok(0_i64)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn max_age_of_zero_is_distinguished_from_a_missing_max_age() {
        let object = |max_age: Value| json!({ "maxAge": 0, "requestObjectPayload": json!({ "max_age": max_age }).to_string() });
        let default =
            |max_age, default| json!({ "maxAge": max_age, "client": { "defaultMaxAge": default } });
        let cases = [
            (json!({ "maxAge": 300 }), "", Some(300)),
            (json!({ "maxAge": 300 }), "max_age=300", Some(300)),
            (json!({ "maxAge": 0 }), "", None),
            (json!({}), "", None),
            (json!({ "maxAge": 0 }), "scope=openid&max_age=0", Some(0)),
            (json!({ "maxAge": 0 }), "max%5Fage=%30", Some(0)),
            (json!({}), "max_age=0", Some(0)),
            (json!({ "maxAge": 0 }), "min_age=0&max_age", None),
            (object(json!(0)), "request=e30", Some(0)),
            (object(json!("0")), "request=e30", Some(0)),
            (object(json!(null)), "request=e30", None),
            (
                json!({ "maxAge": 0, "requestObjectPayload": "no JSON" }),
                "",
                None,
            ),
            (default(0, 600), "request_uri=urn:x", Some(0)),
            (default(600, 600), "", Some(600)),
            (default(0, 0), "", None),
        ];
        for (answer, parameters, expected) in cases {
            let parsed: AuthorizationResponse = serde_json::from_value(answer.clone()).unwrap();
            let found = requested(&parsed, parameters);
            assert_eq!(found, expected, "{answer} {parameters}");
        }
    }
}
