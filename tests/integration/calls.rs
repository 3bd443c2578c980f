//! Calls for tests that do not depend on a specific operation or response.

use authlete::types::{IntrospectionRequest, TokenRequest};
use authlete::{Authlete, Result};
use serde_json::json;

use crate::server::Reply;

/// Calls an operation that may be retried.
pub async fn introspect(api: &Authlete) -> Result<()> {
    let request = IntrospectionRequest::new("t");
    api.introspection(&request).await.map(drop)
}

/// Calls an operation that must not be retried.
pub async fn token(api: &Authlete) -> Result<()> {
    let request = TokenRequest::new("grant_type=client_credentials");
    api.token(&request).await.map(drop)
}

/// A successful response to both calls.
pub fn ok() -> Reply {
    Reply::json(200, &json!({ "action": "OK" }))
}
