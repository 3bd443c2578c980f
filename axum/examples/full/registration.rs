//! Dynamic client registration (RFC 7591).

use std::env;

use authlete::server::RequestCredentials;
use authlete::{JsonObject, Secret};
use authlete_axum::authorization_server::Registrations;
use axum::response::Result;

/// Allows clients with the initial access token to register. If none is configured, no client can register.
pub struct Partners {
    initial_access_token: Option<Secret>,
}

impl Partners {
    pub fn from_env() -> Self {
        let token = env::var("INITIAL_ACCESS_TOKEN").ok();
        let token = token.filter(|token| !token.is_empty());
        Self {
            initial_access_token: token.map(Secret::from),
        }
    }
}

impl Registrations for Partners {
    async fn may_register(
        &self,
        credentials: &RequestCredentials,
        metadata: &JsonObject,
    ) -> Result<bool> {
        // Secrets are compared in constant time.
        let token = credentials.access_token().map(|token| &token.value);
        let is_partner = token.is_some() && token == self.initial_access_token.as_ref();
        Ok(is_partner && is_metadata_allowed(metadata))
    }

    async fn may_update(&self, _: &str, metadata: &JsonObject) -> Result<bool> {
        Ok(is_metadata_allowed(metadata))
    }
}

/// Clients must not choose their own scopes.
fn is_metadata_allowed(metadata: &JsonObject) -> bool {
    !metadata.contains_key("scope")
}
