//! Dynamic client registration (RFC 7591). Replace `may_register` to change who may register clients.

use authlete::server::RequestCredentials;
use authlete::{JsonObject, Secret};
use authlete_axum::authorization_server::Registrations;
use axum::response::Result;

/// Requires the initial access token of the settings. Without one, nobody can register.
pub struct Registration {
    pub initial_access_token: Option<Secret>,
}

impl Registrations for Registration {
    async fn may_register(
        &self,
        credentials: &RequestCredentials,
        metadata: &JsonObject,
    ) -> Result<bool> {
        // Secrets are compared in constant time.
        let token = credentials.access_token().map(|token| &token.value);
        let has_token = token.is_some() && token == self.initial_access_token.as_ref();
        Ok(has_token && are_allowed(metadata))
    }

    async fn may_update(&self, _: &str, metadata: &JsonObject) -> Result<bool> {
        Ok(are_allowed(metadata))
    }
}

/// A client must not choose which scopes it may request.
fn are_allowed(metadata: &JsonObject) -> bool {
    !metadata.contains_key("scope")
}
