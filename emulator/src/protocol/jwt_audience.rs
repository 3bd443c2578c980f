//! The audience of a JWT: one or several (RFC 7519 §4.1.3).

use serde_json::Value;

use crate::json::Object;

/// Whether one of the audiences matches.
pub fn has(claims: &Object, is_meant: impl Fn(&str) -> bool) -> bool {
    let is_meant = |audience: &Value| audience.as_str().is_some_and(&is_meant);
    match claims.get("aud") {
        Some(Value::Array(audiences)) => audiences.iter().any(is_meant),
        audience => audience.is_some_and(is_meant),
    }
}

/// Whether the JWT has this audience and no other.
pub fn is_only(claims: &Object, meant: &str) -> bool {
    match claims.get("aud") {
        Some(Value::Array(audiences)) => matches!(&audiences[..], [only] if only == meant),
        audience => audience.is_some_and(|only| only == meant),
    }
}
