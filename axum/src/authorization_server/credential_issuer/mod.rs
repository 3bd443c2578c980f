//! The endpoints of a credential issuer (OpenID for Verifiable Credential Issuance 1.0).

mod credential;
mod documents;
mod offer;
mod orders;
mod routes;

pub use credential::{credential, deferred_credential};
pub use documents::{
    credential_issuer_jwks, credential_issuer_metadata, credential_nonce, jwt_vc_issuer_metadata,
};
pub use offer::credential_offer;
pub use orders::CredentialOrders;
pub(super) use orders::{DynCredentialOrders, NoCredentialOrders};
