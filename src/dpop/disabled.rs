//! Replaces DPoP in builds without the feature: uninhabited types, so that no other code depends on the feature.

use reqwest::Request;
use reqwest::header::HeaderMap;

use crate::Secret;

pub(crate) enum SigningKey {}

impl SigningKey {
    pub fn from_jwk(_: &Secret) -> Result<Self, &'static str> {
        Err("cannot be used in this build")
    }
}

#[derive(Default)]
pub(crate) struct Nonces {}

#[derive(Clone)]
pub(crate) enum Dpop {}

pub(crate) struct SigningError;

impl Dpop {
    pub fn new(key: SigningKey, _: &Nonces, _: &str) -> Self {
        match key {}
    }

    pub fn add_proof(&self, _: &mut Request) -> Result<(), SigningError> {
        match *self {}
    }

    pub fn store_nonce(&self, _: &HeaderMap) {
        match *self {}
    }
}
