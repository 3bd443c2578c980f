//! CBOR encoding of claims (RFC 8949).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use coset::cbor::{Value as Cbor, into_writer};
use serde_json::Value;

use super::Failure;

/// The prefix of strings in CBOR diagnostic notation, for values that JSON cannot express. An example of Authlete is
/// `cbor:1004("1974-05-06")`.
const DIAGNOSTIC: &str = "cbor:";
const HEXADECIMAL: &str = "0123456789ABCDEF";
/// RFC 4648 §6, §7.
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE32_HEX: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
/// The maximum number of nested tags, which bounds recursion.
const MAX_TAGS: usize = 8;
/// The tag of an encoded CBOR data item (RFC 8949 §3.4.5.1).
const EMBEDDED: u64 = 24;

pub fn encode(value: &Cbor) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    match into_writer(value, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(Failure::Payload("it cannot be encoded in CBOR")),
    }
}

/// Embeds a value as encoded bytes, so that its digest is over the transmitted bytes.
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
                "a claim in diagnostic notation is not a byte string, a text or a number, with or without tags",
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

/// Parses a subset of the notation (RFC 8949 §8, RFC 8610 appendix G): scalar values, with or without tags.
fn of_notation(notation: &str) -> Option<Cbor> {
    let mut content = notation.trim();
    let mut tags = Vec::new();
    while let Some(tagged) = content.strip_suffix(')') {
        let (tag, inside) = tagged.split_once('(')?;
        tags.push(tag.trim().parse().ok()?);
        content = inside.trim();
        if tags.len() > MAX_TAGS {
            return None;
        }
    }
    let item = untagged(content)?;
    let tagged = |item, tag| Cbor::Tag(tag, Box::new(item));
    Some(tags.into_iter().rev().fold(item, tagged))
}

fn untagged(notation: &str) -> Option<Cbor> {
    if let Some((kind, text)) = notation
        .strip_suffix('\'')
        .and_then(|notation| notation.split_once('\''))
    {
        return byte_string(kind, text).map(Cbor::Bytes);
    }
    match serde_json::from_str(notation).ok()? {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => of_claim(&Value::Number(number)).ok(),
        _ => None,
    }
}

/// Decodes a byte string in one of the notations that Authlete accepts.
fn byte_string(kind: &str, text: &str) -> Option<Vec<u8>> {
    match kind {
        "" if !text.contains(['\'', '\\']) => Some(text.as_bytes().to_vec()),
        "h" => of_digits(text, HEXADECIMAL, 4),
        "b32" => of_digits(text.trim_end_matches('='), BASE32, 5),
        "h32" => of_digits(text.trim_end_matches('='), BASE32_HEX, 5),
        "b64" => {
            let text = text.trim_end_matches('=');
            let text = text.replace('+', "-").replace('/', "_");
            BASE64_URL_SAFE_NO_PAD.decode(text).ok()
        }
        _ => None,
    }
}

/// Decodes digits of `bits` bits each. The remaining bits must be fewer than a digit, and zero.
fn of_digits(text: &str, alphabet: &str, bits: u32) -> Option<Vec<u8>> {
    let (mut bytes, mut buffer, mut count) = (Vec::new(), 0_u32, 0);
    for digit in text.chars() {
        let value = alphabet.find(digit.to_ascii_uppercase())?;
        buffer = (buffer << bits) | u32::try_from(value).ok()?;
        count += bits;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(buffer >> count).ok()?);
            buffer &= (1 << count) - 1;
        }
    }
    (count < bits && buffer == 0).then_some(bytes)
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
    fn claims_are_encoded_as_in_the_examples_of_the_specifications() {
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
            (json!("cbor:h'aBcD'"), vec![0x42, 0xab, 0xcd]),
            (
                json!("cbor:b32'CI2FM6A'"),
                vec![0x44, 0x12, 0x34, 0x56, 0x78],
            ),
            (
                json!("cbor:b32'CI2FM6A='"),
                vec![0x44, 0x12, 0x34, 0x56, 0x78],
            ),
            (
                json!("cbor:h32'28Q5CU0'"),
                vec![0x44, 0x12, 0x34, 0x56, 0x78],
            ),
            (
                json!("cbor:b64'EjRWeA'"),
                vec![0x44, 0x12, 0x34, 0x56, 0x78],
            ),
            (
                json!("cbor:b64'EjRWeA=='"),
                vec![0x44, 0x12, 0x34, 0x56, 0x78],
            ),
            (json!("cbor:b64'-_+/'"), vec![0x43, 0xfb, 0xff, 0xbf]),
            (json!("cbor:'hello world'"), b"\x4bhello world".to_vec()),
            (json!("cbor:24('a(b)')"), b"\xd8\x18\x44a(b)".to_vec()),
            (json!("cbor:1(2(3))"), vec![0xc1, 0xc2, 0x03]),
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
    fn unsupported_notation_is_rejected() {
        for notation in [
            "",
            "h'0'",
            "h'0g'",
            "h'00",
            "h'é'",
            "b32'A'",
            "b32'CI2FM6B'",
            "b32'1'",
            "h32'W'",
            "b64'!'",
            "x'00'",
            "'a'b'",
            "1004(",
            "1004)",
            "-1(1)",
            "x(1)",
            "1(1(1(1(1(1(1(1(1(1))))))))))",
            "{}",
        ] {
            assert_eq!(
                encoded(json!(format!("cbor:{notation}"))),
                None,
                "{notation}"
            );
        }
    }
}
