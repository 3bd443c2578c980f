//! Generations: what an answer in Redis must agree with to be believed.
//!
//! Each token and each service has a generation, which is a random value under a key of its own. A revocation deletes
//! it. The next lookup creates one with another value, and only then asks Authlete: so an answer from before a
//! revocation never has the generation that there is after it.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use redis::{ExistenceCheck, Pipeline, SetExpiry, SetOptions};

use super::{PREFIX, milliseconds};
use crate::introspection_cache::cache_key::TokenDigest;

/// Those of the service and of the token.
pub(super) type Generations = [String; 2];

/// As they are read: a key may be missing.
pub(super) type Found = [Option<String>; 2];

pub(super) fn service_key(service: &str) -> String {
    format!("{PREFIX}:generation:{service}")
}

pub(super) fn token_key(token: &TokenDigest) -> String {
    let token = BASE64_URL_SAFE_NO_PAD.encode(token);
    format!("{PREFIX}:generation:{token}")
}

/// `None` when one is missing.
pub(super) fn complete(found: Found) -> Option<Generations> {
    let [service, token] = found;
    Some([service?, token?])
}

/// Creates the missing ones, and reads all: another instance may be first.
pub(super) fn create_missing(keys: &[String; 2], found: &Found, lifetime: Duration) -> Pipeline {
    let mut commands = redis::pipe();
    for (key, found) in keys.iter().zip(found) {
        if found.is_none() {
            let options = SetOptions::default()
                .conditional_set(ExistenceCheck::NX)
                .with_expiration(SetExpiry::PX(milliseconds(lifetime)));
            let generation = fastrand::u128(..).to_string();
            commands.set_options(key, generation, options).ignore();
        }
    }
    commands.mget(keys);
    commands
}

/// Lets them live as long as an answer that is stored now. One that was deleted stays deleted.
pub(super) fn extend(commands: &mut Pipeline, keys: &[String; 2], lifetime: Duration) {
    let lifetime = i64::try_from(milliseconds(lifetime)).unwrap_or(i64::MAX);
    for key in keys {
        commands.pexpire(key, lifetime).ignore();
    }
}
