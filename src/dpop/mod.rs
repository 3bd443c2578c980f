//! Proofs that whoever sends an access token holds its key (DPoP, RFC 9449).

mod jwk;
mod key;
mod nonce;
mod proof;

use std::sync::Arc;

use reqwest::Request;
use reqwest::header::HeaderMap;

pub(crate) use key::Key;
use nonce::Nonce;
pub(crate) use nonce::Nonces;

/// What the proofs of a handle are made with.
#[derive(Clone)]
pub(crate) struct Dpop {
    key: Arc<Key>,
    nonce: Nonce,
}

/// The proof of a request could not be signed.
pub(crate) struct Unsigned;

impl Dpop {
    /// For calls to one server, whose nonce is shared with the other handles that call it.
    pub fn new(key: Key, nonces: &Nonces, server: &str) -> Self {
        Self {
            key: Arc::new(key),
            nonce: nonces.of(server),
        }
    }

    /// Puts a new proof into a request that carries an access token. No proof may be sent twice.
    pub fn prove(&self, request: &mut Request) -> Result<(), Unsigned> {
        proof::add(&self.key, self.nonce.get().as_deref(), request)
    }

    /// Keeps the nonce that an answer brings.
    pub fn observe(&self, headers: &HeaderMap) {
        self.nonce.renew(headers);
    }
}
