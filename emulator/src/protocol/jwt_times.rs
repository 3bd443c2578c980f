//! The time claims of a JWT (RFC 7519 §4.1.4 to §4.1.6).

use crate::clock::{Millis, after};
use crate::json::Object;

/// The names of the time claims that are invalid now, with a clock skew in seconds. A missing claim is valid; one that is
/// not a number is invalid.
pub fn invalid(claims: &Object, now: Millis, skew: i64) -> Vec<&'static str> {
    let is_wrong = |name: &str, passes: fn(Millis, Millis, i64) -> bool| match claims.get(name) {
        None => false,
        Some(_) => !time(claims, name).is_some_and(|time| passes(time, now, skew)),
    };
    let has_begun = |time: Millis, now: Millis, skew: i64| time <= after(now, skew);
    let has_not_ended = |time: Millis, now: Millis, skew: i64| now < after(time, skew);
    let mut invalid = Vec::new();
    if is_wrong("exp", has_not_ended) {
        invalid.push("exp");
    }
    for name in ["nbf", "iat"] {
        if is_wrong(name, has_begun) {
            invalid.push(name);
        }
    }
    invalid
}

/// A time claim in milliseconds. The claim is in seconds, and can have a fraction.
pub fn time(claims: &Object, name: &str) -> Option<Millis> {
    let seconds = claims.get(name)?.as_f64()?;
    // Casting a floating-point number saturates at the limits of the integer.
    Some((seconds * 1000.0) as Millis)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn invalid_at_1000(claims: Value, skew: i64) -> Vec<&'static str> {
        invalid(claims.as_object().unwrap(), 1_000_000, skew)
    }

    #[test]
    fn exp_is_exclusive_and_nbf_and_iat_are_inclusive() {
        let none: [&str; 0] = [];
        assert_eq!(invalid_at_1000(json!({}), 0), none);
        assert_eq!(
            invalid_at_1000(json!({"exp": 1001, "nbf": 1000, "iat": 1000}), 0),
            none
        );
        assert_eq!(
            invalid_at_1000(json!({"exp": 1000, "nbf": 1001, "iat": 1000.5}), 0),
            ["exp", "nbf", "iat"]
        );
        assert_eq!(
            invalid_at_1000(json!({"exp": 1000, "nbf": 1001, "iat": 1001}), 1),
            none
        );
        assert_eq!(
            invalid_at_1000(json!({"exp": "1001", "iat": null}), 9),
            ["exp", "iat"]
        );
        assert_eq!(
            invalid_at_1000(json!({"exp": 1e300, "nbf": -1e300}), i64::MAX),
            none
        );
    }
}
