//! Signatures of clients, on client assertions and request objects.

use crate::jose::{self, Jwk, Jws};
use crate::result_code::{CLIENT_KEYS_REMOTE, ResultCode, SignatureCodes};
use crate::store::Client;

/// Verifies a signature: HMAC with the client secret, others with a public key in the client's `jwks`.
pub fn verify(jws: &Jws, client: &Client, codes: &SignatureCodes) -> Result<(), ResultCode> {
    if jose::is_symmetric(jws.alg()) {
        let secret = client.settings.client_secret().unwrap_or_default();
        return match jws.verify(&Jwk::secret(secret.as_bytes())) {
            true => Ok(()),
            false => Err(codes.wrong),
        };
    }
    let Some(keys) = client.settings.jwks() else {
        return Err(match client.settings.jwks_uri() {
            Some(_) => CLIENT_KEYS_REMOTE,
            None => codes.keys_missing,
        });
    };
    let mut candidates = keys.candidates(jws.alg(), jws.kid()).peekable();
    if candidates.peek().is_none() {
        return Err(codes.key_unknown);
    }
    match candidates.any(|key| jws.verify(key)) {
        true => Ok(()),
        false => Err(codes.wrong),
    }
}
