//! The discovery document and the JWK Set.

use authlete::types::{GetServiceConfigurationQuery, GetServiceJwksQuery};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{AuthorizationServer, Failure};

/// The discovery document (OpenID Connect Discovery 1.0 §4, RFC 8414 §3). `GET`.
pub async fn configuration(State(server): State<AuthorizationServer>) -> Result<Response, Failure> {
    let query = GetServiceConfigurationQuery::new();
    let document = server.api().get_service_configuration(&query).await?;
    Ok(Json(document).into_response())
}

/// The public keys of the service as a JWK Set (RFC 7517 §5). `GET`. The set is empty if the service has no keys.
pub async fn jwks(State(server): State<AuthorizationServer>) -> Result<Response, Failure> {
    let query = GetServiceJwksQuery::new();
    Ok(match server.api().get_service_jwks(&query).await? {
        Some(keys) => Json(keys).into_response(),
        None => Json(json!({ "keys": [] })).into_response(),
    })
}
