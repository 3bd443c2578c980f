//! Where the state of browsers is stored.

use std::future::Future;

use axum::response::Result;
use http::request::Parts;

use super::BrowserState;

/// Stores the state of each browser on the server, under the ID in a cookie.
///
/// The cookie must be `HttpOnly`, `Secure` and `SameSite=Lax`. With `SameSite=Strict`, browsers do not send it when a client
/// redirects to the authorization endpoint. The state has tickets: encrypt it if it is stored outside of your server.
pub trait BrowserSessions: Send + Sync + 'static {
    /// The state of the browser that sent a request. Default for a browser without a session.
    fn load(&self, request: &Parts) -> impl Future<Output = Result<BrowserState>> + Send;

    /// Stores the state. A browser without a session gets one. A session that was deleted since the request began, by a logout
    /// in another tab, must stay deleted.
    fn save(
        &self,
        request: &Parts,
        state: &BrowserState,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Replaces the ID of the session, because the user logs in. [`save`](Self::save) follows.
    fn renew(&self, request: &Parts) -> impl Future<Output = Result<()>> + Send;

    /// Deletes the session, because the user logs out.
    fn delete(&self, request: &Parts) -> impl Future<Output = Result<()>> + Send;
}
