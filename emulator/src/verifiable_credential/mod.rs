//! The issuance of verifiable credentials (OpenID for Verifiable Credential Issuance 1.0, OID4VCI for short).

pub mod access_token;
mod binding_key;
mod configuration;
mod content;
mod cose;
pub mod encryption;
mod format;
mod jwt_vc;
mod key_proof;
mod mdoc;
pub mod message;
pub mod order;
pub mod refusal;
pub mod request;
pub mod response;
mod sd_jwt;
mod signer;
