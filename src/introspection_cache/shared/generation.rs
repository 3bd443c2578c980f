//! Generations, which a response in the store must match to be valid.
//!
//! Each token and each service has a generation: a random value under its own key. A revocation deletes
//! it. The next lookup creates one with a new value before it calls Authlete, so a response from before a
//! revocation never matches the generation after it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::PREFIX;
use crate::introspection_cache::cache_key::TokenDigest;

/// The generations of the service and of the token.
pub(super) type Generations = [String; 2];

pub(super) fn service_key(service: &str) -> String {
    format!("{PREFIX}:generation:{service}")
}

pub(super) fn token_key(token: &TokenDigest) -> String {
    let token = BASE64_URL_SAFE_NO_PAD.encode(token);
    format!("{PREFIX}:generation:{token}")
}

/// `None` when one is missing or invalid.
pub(super) fn complete(found: [Option<Vec<u8>>; 2]) -> Option<Generations> {
    let [service, token] = found.map(|value| String::from_utf8(value?).ok());
    Some([service?, token?])
}

/// New generations, which are stored for the keys that have none. Another instance may be faster.
pub(super) fn create(keys: &[String; 2]) -> [(String, Vec<u8>); 2] {
    let new = || fastrand::u128(..).to_string().into_bytes();
    keys.each_ref().map(|key| (key.clone(), new()))
}
