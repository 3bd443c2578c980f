//! In place of DPoP in a build without it: a key that cannot be, so that nobody else has to ask for the feature.

use reqwest::Request;
use reqwest::header::HeaderMap;

use crate::Secret;

pub(crate) enum Key {}

impl Key {
    pub fn from_jwk(_: &Secret) -> Result<Self, &'static str> {
        Err("cannot be used in this build")
    }
}

#[derive(Default)]
pub(crate) struct Nonces {}

#[derive(Clone)]
pub(crate) enum Dpop {}

pub(crate) struct Unsigned;

impl Dpop {
    pub fn new(key: Key, _: &Nonces, _: &str) -> Self {
        match key {}
    }

    pub fn prove(&self, _: &mut Request) -> Result<(), Unsigned> {
        match *self {}
    }

    pub fn observe(&self, _: &HeaderMap) {
        match *self {}
    }
}
