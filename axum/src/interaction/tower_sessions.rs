//! Browser sessions with the crate `tower-sessions`.

use axum::response::Result;
use http::StatusCode;
use http::request::Parts;
use tower_sessions::Session;

use super::{BrowserSessions, BrowserState};

/// The key of the state in the session.
const KEY: &str = "authlete_axum";

/// Browser sessions with [`tower_sessions`]. The router needs its `SessionManagerLayer`, with `SameSite::Lax`.
///
/// If the store fails, the response is 503; without the layer it is 500.
#[derive(Debug, Clone, Copy, Default)]
pub struct TowerSessions;

impl BrowserSessions for TowerSessions {
    async fn load(&self, request: &Parts) -> Result<BrowserState> {
        let state = session(request)?.get(KEY).await.map_err(unavailable)?;
        Ok(state.unwrap_or_default())
    }

    async fn save(&self, request: &Parts, state: &BrowserState) -> Result<()> {
        let saved = session(request)?.insert(KEY, state).await;
        Ok(saved.map_err(unavailable)?)
    }

    async fn renew(&self, request: &Parts) -> Result<()> {
        let renewed = session(request)?.cycle_id().await;
        Ok(renewed.map_err(unavailable)?)
    }

    async fn delete(&self, request: &Parts) -> Result<()> {
        let deleted = session(request)?.flush().await;
        Ok(deleted.map_err(unavailable)?)
    }
}

fn session(request: &Parts) -> Result<&Session, StatusCode> {
    let session = request.extensions.get();
    session.ok_or_else(|| {
        tracing::error!(target: "authlete_axum", "the router has no SessionManagerLayer");
        StatusCode::INTERNAL_SERVER_ERROR
    })
}

/// The error may quote the state, so it is not logged.
fn unavailable(_: tower_sessions::session::Error) -> StatusCode {
    tracing::warn!(target: "authlete_axum", "the session store failed");
    StatusCode::SERVICE_UNAVAILABLE
}
