//! Integers and booleans in text.

use serde_json::Value;

use super::read_error::{ReadError, ReadErrorKind};

/// Reads an integer. Empty text is `null`.
pub fn integer(text: &str) -> Result<Value, ReadError> {
    match text.trim() {
        "" => Ok(Value::Null),
        text => whole(text)
            .map(Value::from)
            .ok_or(ReadErrorKind::Integer.into()),
    }
}

/// Reads a boolean, ignoring case. Empty text is `null`.
pub fn boolean(text: &str) -> Result<Value, ReadError> {
    match text.trim() {
        "" => Ok(Value::Null),
        text if text.eq_ignore_ascii_case("true") => Ok(true.into()),
        text if text.eq_ignore_ascii_case("false") => Ok(false.into()),
        _ => Err(ReadErrorKind::Boolean.into()),
    }
}

/// Parses an integer in any JSON notation: `1`, `1.0`, `1e3`.
fn whole(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let number: f64 = serde_json::from_str(text).ok()?;
    let is_whole = number.fract() == 0.0 && (-LIMIT..LIMIT).contains(&number);
    is_whole.then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn integer_is_read_in_any_json_notation() {
        for (text, number) in [
            ("1", json!(1)),
            (" -7 ", json!(-7)),
            ("1.0", json!(1)),
            ("1e3", json!(1000)),
            ("9223372036854775807", json!(i64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("", Value::Null),
        ] {
            assert_eq!(integer(text), Ok(number), "{text}");
        }
        for text in ["1.5", "9223372036854775808", "1e400", "one", "0x1", "NaN"] {
            assert_eq!(integer(text), Err(ReadErrorKind::Integer.into()), "{text}");
        }
    }

    #[test]
    fn boolean_is_read_ignoring_case() {
        for (text, value) in [
            ("True", json!(true)),
            ("FALSE", json!(false)),
            ("", Value::Null),
        ] {
            assert_eq!(boolean(text), Ok(value), "{text}");
        }
        for text in ["yes", "1", "0"] {
            assert_eq!(boolean(text), Err(ReadErrorKind::Boolean.into()), "{text}");
        }
    }
}
