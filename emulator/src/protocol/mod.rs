//! The rules of the specifications, each once, for all endpoints.

pub mod certificate_chain;
pub mod client_assertion;
pub mod client_authentication;
pub mod client_certificate;
pub mod client_signature;
pub mod dpop;
pub mod id_token;
pub mod issuance;
pub mod jwt_times;
pub mod keys;
pub mod lifetime;
pub mod metadata;
pub mod oauth_error;
pub mod parameters;
pub mod pkce;
pub mod proof_of_possession;
pub mod redirect_uri;
pub mod refusal;
pub mod scopes;
pub mod token_response;
