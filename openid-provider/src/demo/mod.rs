//! The demo app.

use authlete::types::Client;
use axum::Router;

pub fn router(_issuer: &str, _url: &str, _client: &Client) -> Router {
    Router::new()
}
