//! Clients that register themselves (RFC 7591). Replace `may_register` to let others in than those with the token of the settings.

use authlete::server::Presented;
use authlete::{JsonObject, Secret};
use authlete_axum::authorization_server::Registrations;
use axum::response::Result;

/// Whoever has the initial access token. Without one, nobody.
pub struct Registration {
    pub initial_access_token: Option<Secret>,
}

impl Registrations for Registration {
    async fn may_register(&self, presented: &Presented, metadata: &JsonObject) -> Result<bool> {
        // Secrets are compared in constant time.
        let token = presented.access_token().map(|token| &token.value);
        let has_token = token.is_some() && token == self.initial_access_token.as_ref();
        Ok(has_token && are_allowed(metadata))
    }

    async fn may_update(&self, _: &str, metadata: &JsonObject) -> Result<bool> {
        Ok(are_allowed(metadata))
    }
}

/// Which scopes a client may ask for is not for the client to decide.
fn are_allowed(metadata: &JsonObject) -> bool {
    !metadata.contains_key("scope")
}
