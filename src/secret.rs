//! Text that must not be seen.

use std::fmt;
use std::str::Utf8Error;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A token, a ticket, a client secret, a private key: text that never appears in `Debug` output, and whose memory is
/// overwritten when it is dropped.
///
/// It is made from a `&str` or a `String`, or from the bytes of a request body, and read with [`expose`](Self::expose), which is easy to find in a review.
/// Two secrets are compared in a time that does not depend on where they differ.
///
/// ```
/// use authlete::Secret;
///
/// let secret = Secret::from("jAh2oieHae1phiex");
/// assert_eq!(format!("{secret:?}"), "Secret([redacted])");
/// assert_eq!(secret.expose(), "jAh2oieHae1phiex");
///
/// // What an answer gives for your client, such as `response_content`:
/// let response_content = Some(secret);
/// let body: &str = response_content.as_ref().map_or("", Secret::expose);
/// ```
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(
    feature = "schemars",
    derive(schemars::JsonSchema),
    schemars(transparent)
)]
pub struct Secret(#[cfg_attr(feature = "schemars", schemars(with = "String"))] Zeroizing<String>);

impl Secret {
    /// The text itself. What is made of it is no longer protected.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret([redacted])")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<&String> for Secret {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

/// The body of a request, for instance.
///
/// # Errors
/// The bytes are not UTF-8. The error has nothing of them.
impl TryFrom<Bytes> for Secret {
    type Error = Utf8Error;

    fn try_from(bytes: Bytes) -> Result<Self, Utf8Error> {
        // Bytes that nobody else has are taken over, not copied.
        match String::from_utf8(bytes.into()) {
            Ok(text) => Ok(Self::from(text)),
            Err(error) => {
                let reason = error.utf8_error();
                drop(Zeroizing::new(error.into_bytes()));
                Err(reason)
            }
        }
    }
}

impl From<&Secret> for Secret {
    fn from(secret: &Secret) -> Self {
        secret.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_a_secret_when_they_are_utf_8() {
        let secret = Secret::try_from(Bytes::from_static("grant_type=é".as_bytes())).unwrap();
        assert_eq!(secret.expose(), "grant_type=é");
        assert!(Secret::try_from(Bytes::from_static(b"code=\xff")).is_err());
    }

    #[test]
    fn error_for_invalid_utf_8_does_not_show_the_bytes() {
        let error = Secret::try_from(Bytes::from_static(b"hunter2\xff")).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hunter2"));
    }
}
