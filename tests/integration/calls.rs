//! Calls for tests in which it matters little what is called, and what is answered.

use authlete::types::{IntrospectionRequest, TokenRequest};
use authlete::{Authlete, Result};
use serde_json::json;

use crate::server::Reply;

/// Of an operation that may be repeated.
pub async fn introspect(api: &Authlete) -> Result<()> {
    let request = IntrospectionRequest::new("t");
    api.introspection(&request).await.map(drop)
}

/// Of an operation that must not be repeated.
pub async fn token(api: &Authlete) -> Result<()> {
    let request = TokenRequest::new("grant_type=client_credentials");
    api.token(&request).await.map(drop)
}

/// Good for both.
pub fn ok() -> Reply {
    Reply::json(200, &json!({ "action": "OK" }))
}
