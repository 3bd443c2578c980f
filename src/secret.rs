//! Text that must not be seen.

use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A token, a ticket, a client secret, a private key: text that never appears in `Debug` output, and whose memory is
/// overwritten when it is dropped.
///
/// It is made from a `&str` or a `String`, and read with [`expose`](Self::expose), which is easy to find in a review.
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

impl From<&Secret> for Secret {
    fn from(secret: &Secret) -> Self {
        secret.clone()
    }
}
