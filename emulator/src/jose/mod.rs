//! JSON Object Signing and Encryption: keys (RFC 7517, RFC 7638), signatures (RFC 7515), encryption (RFC 7516) and
//! their algorithms (RFC 7518, RFC 8037, RFC 8812).

mod algorithm;
mod base64url;
mod der;
mod error;
mod generate;
mod jws;
mod key;
mod key_set;
#[cfg(test)]
mod vectors;

pub use algorithm::{Curve, SignatureAlgorithm};
pub use error::{JoseError, KeyError};
pub use generate::generate;
pub use jws::{Jws, sign};
pub use key::Jwk;
pub use key_set::JwkSet;
