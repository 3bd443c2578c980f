//! Claims in CBOR (RFC 8949).

use coset::cbor::{Value as Cbor, into_writer};
use serde_json::Value;

use super::Failure;

/// What texts begin with that are written in the diagnostic notation of CBOR, for values that JSON does not have: Authlete
/// has `cbor:1004("1974-05-06")`.
const DIAGNOSTIC: &str = "cbor:";
/// Encoded CBOR as a value (RFC 8949 §3.4.5.1).
const EMBEDDED: u64 = 24;

pub fn encode(value: &Cbor) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    match into_writer(value, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(Failure::Payload("it cannot be written in CBOR")),
    }
}

/// A value as bytes, so that it can be digested as it is sent.
pub fn embedded(value: &Cbor) -> Result<Cbor, Failure> {
    Ok(Cbor::Tag(EMBEDDED, Box::new(Cbor::Bytes(encode(value)?))))
}

pub fn of_claim(value: &Value) -> Result<Cbor, Failure> {
    Ok(match value {
        Value::Null => Cbor::Null,
        Value::Bool(value) => Cbor::Bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) => number.into(),
            (None, None) => number.as_f64().unwrap_or_default().into(),
        },
        Value::String(text) => match text.strip_prefix(DIAGNOSTIC) {
            Some(notation) => of_notation(notation).ok_or(Failure::Payload(
                "a claim in diagnostic notation is not h'…', a text or a number, with or without a tag",
            ))?,
            None => text.as_str().into(),
        },
        Value::Array(elements) => {
            let elements: Result<_, _> = elements.iter().map(of_claim).collect();
            Cbor::Array(elements?)
        }
        Value::Object(members) => {
            let members = members.iter();
            let members: Result<_, Failure> = members
                .map(|(name, value)| Ok((name.as_str().into(), of_claim(value)?)))
                .collect();
            Cbor::Map(members?)
        }
    })
}

/// A part of the notation (RFC 8949 §8): simple values, alone or tagged.
fn of_notation(notation: &str) -> Option<Cbor> {
    let notation = notation.trim();
    match notation.strip_suffix(')') {
        None => untagged(notation),
        Some(tagged) => {
            let (tag, content) = tagged.split_once('(')?;
            let content = untagged(content.trim())?;
            Some(Cbor::Tag(tag.trim().parse().ok()?, Box::new(content)))
        }
    }
}

fn untagged(notation: &str) -> Option<Cbor> {
    if let Some(hexadecimal) = notation.strip_prefix("h'") {
        return bytes(hexadecimal.strip_suffix('\'')?).map(Cbor::Bytes);
    }
    match serde_json::from_str(notation).ok()? {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => of_claim(&Value::Number(number)).ok(),
        _ => None,
    }
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = hexadecimal
        .chars()
        .map(|digit| digit.to_digit(16))
        .collect();
    let digits = digits?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let byte = |[high, low]: &[u32; 2]| u8::try_from(high * 16 + low).ok();
    rest.is_empty().then_some(())?;
    pairs.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn encoded(claim: Value) -> Option<Vec<u8>> {
        encode(&of_claim(&claim).ok()?).ok()
    }

    /// Examples of RFC 8949, appendix A, and of ISO/IEC 18013-5.
    #[test]
    fn claims_are_written_as_the_specification_has_them() {
        for (claim, bytes) in [
            (json!(null), vec![0xf6]),
            (json!(true), vec![0xf5]),
            (json!(23), vec![0x17]),
            (json!(-1000), vec![0x39, 0x03, 0xe7]),
            (json!(1.5), vec![0xf9, 0x3e, 0x00]),
            (json!("IETF"), b"\x64IETF".to_vec()),
            (json!([1, [2, 3]]), vec![0x82, 0x01, 0x82, 0x02, 0x03]),
            (json!({"a": 1}), vec![0xa1, 0x61, 0x61, 0x01]),
            (json!("cbor:h'01020304'"), vec![0x44, 1, 2, 3, 4]),
            (json!("cbor:h''"), vec![0x40]),
            (
                json!("cbor:1(1363896240)"),
                vec![0xc1, 0x1a, 0x51, 0x4b, 0x67, 0xb0],
            ),
            (
                json!("cbor:1004(\"1974-05-06\")"),
                b"\xd9\x03\xec\x6a1974-05-06".to_vec(),
            ),
        ] {
            assert_eq!(encoded(claim.clone()), Some(bytes), "{claim}");
        }
        assert_eq!(
            encoded(json!(u64::MAX)),
            Some(vec![0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
        );
    }

    #[test]
    fn other_notation_is_refused() {
        for notation in [
            "", "h'0'", "h'0g'", "h'00", "h'é'", "1004(", "1004)", "-1(1)", "1(2(3))", "x(1)", "{}",
        ] {
            assert_eq!(
                encoded(json!(format!("cbor:{notation}"))),
                None,
                "{notation}"
            );
        }
    }
}
