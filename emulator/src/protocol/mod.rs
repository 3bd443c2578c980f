//! The rules of the specifications, each once, for all endpoints.

pub mod client_authentication;
pub mod lifetime;
pub mod oauth_error;
pub mod parameters;
pub mod pkce;
pub mod redirect_uri;
pub mod scopes;
