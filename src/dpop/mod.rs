//! Proofs of possession of the key of an access token (DPoP, RFC 9449).

mod jwk;
mod nonce;
mod proof;
mod signing_key;

use std::sync::Arc;

use reqwest::Request;
use reqwest::header::HeaderMap;

use nonce::Nonce;
pub(crate) use nonce::Nonces;
pub(crate) use signing_key::SigningKey;

/// The key and the nonce for the proofs of a handle.
#[derive(Clone)]
pub(crate) struct Dpop {
    key: Arc<SigningKey>,
    nonce: Nonce,
}

/// The proof of a request could not be signed.
pub(crate) struct SigningError;

impl Dpop {
    /// For calls to one server. All handles that call it share its nonce.
    pub fn new(key: SigningKey, nonces: &Nonces, server: &str) -> Self {
        Self {
            key: Arc::new(key),
            nonce: nonces.for_server(server),
        }
    }

    /// Adds a new proof to a request with an access token. No proof may be sent twice.
    pub fn add_proof(&self, request: &mut Request) -> Result<(), SigningError> {
        proof::add(&self.key, self.nonce.get().as_deref(), request)
    }

    /// Stores the nonce of a response, if it has one.
    pub fn store_nonce(&self, headers: &HeaderMap) {
        self.nonce.update(headers);
    }
}
