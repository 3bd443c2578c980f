//! Numbers and truth values that are written as text.

use serde_json::Value;

use super::fault::{Fault, Kind};

/// An integer; `null` when the text is empty.
pub fn integer(text: &str) -> Result<Value, Fault> {
    match text.trim() {
        "" => Ok(Value::Null),
        text => whole(text).map(Value::from).ok_or(Kind::Integer.into()),
    }
}

/// A truth value in letters of any case; `null` when the text is empty.
pub fn boolean(text: &str) -> Result<Value, Fault> {
    match text.trim() {
        "" => Ok(Value::Null),
        text if text.eq_ignore_ascii_case("true") => Ok(true.into()),
        text if text.eq_ignore_ascii_case("false") => Ok(false.into()),
        _ => Err(Kind::Boolean.into()),
    }
}

/// A whole number in any way that JSON writes one: `1`, `1.0`, `1e3`.
fn whole(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    let number: f64 = serde_json::from_str(text).ok()?;
    let is_whole = number.fract() == 0.0 && (-BEYOND..BEYOND).contains(&number);
    is_whole.then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_integer_is_read_however_it_is_written() {
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
            assert_eq!(integer(text), Err(Kind::Integer.into()), "{text}");
        }
    }

    #[test]
    fn a_boolean_is_read_in_letters_of_any_case() {
        for (text, value) in [
            ("True", json!(true)),
            ("FALSE", json!(false)),
            ("", Value::Null),
        ] {
            assert_eq!(boolean(text), Ok(value), "{text}");
        }
        for text in ["yes", "1", "0"] {
            assert_eq!(boolean(text), Err(Kind::Boolean.into()), "{text}");
        }
    }
}
