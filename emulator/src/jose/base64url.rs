//! Base64url without padding (RFC 7515 §2), the encoding of binary values in JOSE.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::error::JoseError;
use crate::json::Object;

/// The maximum length of a compact serialization, in bytes.
const MAX_LENGTH: usize = 256 * 1024;

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

/// Splits a compact serialization into its encoded parts (RFC 7515 §7.1, RFC 7516 §7.1).
pub fn parts<const COUNT: usize>(compact: &str) -> Result<[&str; COUNT], JoseError> {
    if compact.len() > MAX_LENGTH {
        return Err(JoseError::TooLong);
    }
    let parts: Vec<&str> = compact.splitn(COUNT + 1, '.').collect();
    parts
        .try_into()
        .map_err(|_| JoseError::Malformed("the number of parts"))
}

/// Decodes a header. Refuses headers with `crit`, because no extension is supported (RFC 7515 §4.1.11).
pub fn header(part: &str) -> Result<Object, JoseError> {
    let header: Object = decode(part)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or(JoseError::Malformed("the header"))?;
    if header.contains_key("crit") {
        return Err(JoseError::Critical);
    }
    Ok(header)
}
