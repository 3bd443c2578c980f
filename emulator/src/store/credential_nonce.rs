//! The nonce of an access token for the key proofs of a wallet.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::random;

/// What the token response told as `c_nonce` (OpenID for Verifiable Credential Issuance 1.0 ID1 §6.2). It is no secret:
/// introspection shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CredentialNonce {
    pub value: String,
    pub expires_at: Millis,
}

impl CredentialNonce {
    pub fn is(&self, value: &str, now: Millis) -> bool {
        now < self.expires_at && random::same(value, &self.value)
    }
}
