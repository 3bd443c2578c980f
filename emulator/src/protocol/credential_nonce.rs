//! Nonces in the key proofs of wallets. In the final version of OpenID for Verifiable Credential Issuance they come from
//! the nonce endpoint, and all wallets share one until it expires; in 1.0-ID1 each token response has its own.

use super::{credential_issuer, lifetime};
use crate::clock::{Millis, after};
use crate::random;
use crate::store::{CredentialNonce, Service, TokenRecord};

/// The nonce of the nonce endpoint.
pub fn shared(service: &mut Service, now: Millis) -> Result<&str, random::Error> {
    let window = lifetime::credential_nonce(service);
    service.credential_nonce.current(window, now)
}

/// A nonce for an access token; `None` in the final version.
pub fn of_token(
    service: &Service,
    now: Millis,
) -> Result<Option<Box<CredentialNonce>>, random::Error> {
    if credential_issuer::is_final(&service.settings) {
        return Ok(None);
    }
    Ok(Some(Box::new(CredentialNonce {
        value: random::token()?,
        expires_at: after(now, lifetime::credential_nonce(service)),
    })))
}

/// Whether the nonce of a key proof is valid: the shared one, or that of the access token.
pub fn accept(service: &Service, record: &TokenRecord, nonce: &str, now: Millis) -> bool {
    let own = record.credential_nonce.as_ref();
    service.credential_nonce.matches(nonce, now) || own.is_some_and(|own| own.matches(nonce, now))
}
