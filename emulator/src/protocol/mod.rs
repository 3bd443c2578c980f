//! The rules of the specifications, each once, for all endpoints.

pub mod client_authentication;
pub mod id_token;
pub mod issuance;
pub mod keys;
pub mod lifetime;
pub mod metadata;
pub mod oauth_error;
pub mod parameters;
pub mod pkce;
pub mod redirect_uri;
pub mod refusal;
pub mod scopes;
pub mod token_response;
