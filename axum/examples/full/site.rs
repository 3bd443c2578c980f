//! Forms that another site sends.

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

/// Lets forms pass that the pages of this server send. Another site could send the login form with an account of its own, and the
/// user would go on as somebody else. Programs that are no browsers do not say where a form comes from.
pub async fn own_pages_alone(request: Request, next: Next) -> Result<Response, StatusCode> {
    let site = request.headers().get("sec-fetch-site");
    let is_own = site.is_none_or(|site| site == "same-origin" || site == "none");
    match *request.method() == Method::POST && !is_own {
        true => Err(StatusCode::FORBIDDEN),
        false => Ok(next.run(request).await),
    }
}
