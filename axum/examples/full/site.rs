//! Protection against cross-site form submissions.

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

/// Rejects cross-site forms with 403. Otherwise another site could submit the login form with its own account, and the user
/// would continue in that account (login CSRF). Clients other than browsers do not send `Sec-Fetch-Site` and are accepted.
pub async fn reject_cross_site_forms(request: Request, next: Next) -> Result<Response, StatusCode> {
    let fetch_site = request.headers().get("sec-fetch-site");
    let is_same_origin = fetch_site.is_none_or(|site| site == "same-origin" || site == "none");
    match *request.method() == Method::POST && !is_same_origin {
        true => Err(StatusCode::FORBIDDEN),
        false => Ok(next.run(request).await),
    }
}
