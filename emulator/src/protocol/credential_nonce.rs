//! The nonces that the key proofs of wallets contain. In the final version of OpenID for Verifiable Credential Issuance they come
//! from the nonce endpoint, and all wallets share one for a while; in 1.0-ID1 each token response has one of its own.

use super::{credential_issuer, lifetime};
use crate::clock::{Millis, after};
use crate::random;
use crate::store::{CredentialNonce, Service, TokenRecord};

/// The nonce that the nonce endpoint gives.
pub fn shared(service: &mut Service, now: Millis) -> Result<&str, random::Error> {
    let window = lifetime::credential_nonce(service);
    service.credential_nonce.current(window, now)
}

/// A nonce for an access token, where the version has such.
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

/// Whether a key proof that came with an access token has a nonce that counts: wherever the wallet has it from.
pub fn accept(service: &Service, record: &TokenRecord, nonce: &str, now: Millis) -> bool {
    let own = record.credential_nonce.as_ref();
    service.credential_nonce.is(nonce, now) || own.is_some_and(|own| own.is(nonce, now))
}
