//! The nonce of an access token, for the key proofs of a wallet.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::random;

/// The `c_nonce` of the token response (OpenID for Verifiable Credential Issuance 1.0 ID1 §6.2). It is not a secret:
/// introspection shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CredentialNonce {
    pub value: String,
    pub expires_at: Millis,
}

impl CredentialNonce {
    pub fn matches(&self, value: &str, now: Millis) -> bool {
        now < self.expires_at && random::constant_time_eq(value, &self.value)
    }
}
