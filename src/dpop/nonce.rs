//! The nonces that servers require in proofs (RFC 9449 §8, §9).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::HeaderMap;

/// The header with the next nonce, which any response may have (RFC 9449 §8.2).
const DPOP_NONCE: &str = "dpop-nonce";

/// In bytes. A longer nonce could make requests too large for the server, and its error responses may not have a new nonce.
const MAX_LENGTH: usize = 2048;

/// The nonces of all servers that are called over the same connections.
#[derive(Default)]
pub(crate) struct Nonces(Mutex<HashMap<String, Nonce>>);

/// The latest nonce of one server.
#[derive(Clone, Default)]
pub(super) struct Nonce(Arc<Mutex<Option<Arc<str>>>>);

impl Nonces {
    pub(super) fn for_server(&self, server: &str) -> Nonce {
        let mut nonces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        nonces.entry(server.to_owned()).or_default().clone()
    }
}

impl Nonce {
    pub(super) fn get(&self) -> Option<Arc<str>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Stores the nonce in the headers of a response, if it is valid.
    pub(super) fn update(&self, headers: &HeaderMap) {
        let nonce = headers.get(DPOP_NONCE);
        let Some(nonce) = nonce.and_then(|value| value.to_str().ok()) else {
            return;
        };
        if !(1..=MAX_LENGTH).contains(&nonce.len()) {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_deref() != Some(nonce) {
            *known = Some(nonce.into());
        }
    }
}
