//! JSON Object Signing and Encryption: keys (RFC 7517, RFC 7638), signatures (RFC 7515), encryption (RFC 7516) and
//! their algorithms (RFC 7518, RFC 8037, RFC 8812).

mod algorithm;
mod base64url;
mod content_encryption;
mod curve;
mod der;
mod error;
mod generate;
mod jwe;
mod jws;
mod key;
mod key_agreement;
mod key_management;
mod key_pair;
mod key_set;
mod key_wrap;
mod public_key;
mod rsa_encryption;
#[cfg(test)]
mod vectors;

pub use algorithm::{SignatureAlgorithm, is_symmetric};
pub use content_encryption::ContentEncryption;
pub use error::JoseError;
pub use generate::{generate, generate_like};
pub use jwe::{Jwe, encrypt};
pub use jws::{Jws, sign, sign_bytes};
pub use key::Jwk;
pub use key_management::KeyManagement;
pub use key_set::JwkSet;
