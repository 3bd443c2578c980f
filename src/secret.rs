//! Secret text.

use std::fmt;
use std::str::Utf8Error;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Secret text, such as a token, a ticket, a client secret or a private key. It never appears in `Debug` output, and its
/// memory is overwritten when it is dropped.
///
/// Create it from a `&str`, a `String` or the bytes of a request body, and read it with [`expose`](Self::expose), which is
/// easy to find in a review. Secrets are compared in constant time.
///
/// ```
/// use authlete::Secret;
///
/// let secret = Secret::from("jAh2oieHae1phiex");
/// assert_eq!(format!("{secret:?}"), "Secret([redacted])");
/// assert_eq!(secret.expose(), "jAh2oieHae1phiex");
///
/// // The content of a response, such as `response_content`:
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
    /// The text. Copies of it are not protected.
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

/// For the body of a request, for example.
///
/// # Errors
/// The bytes are not UTF-8. The error does not contain them.
impl TryFrom<Bytes> for Secret {
    type Error = Utf8Error;

    fn try_from(bytes: Bytes) -> Result<Self, Utf8Error> {
        // Does not copy the bytes if they are not shared.
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
