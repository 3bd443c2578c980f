//! The revocation endpoint.

use authlete::server::RevocationNext;
use authlete::types::RevocationRequest;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;

use super::{AuthorizationServer, Failure};

/// The revocation endpoint (RFC 7009). `POST`. Clients authenticate as at the token endpoint.
pub async fn revocation(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let received = server.form_request(request).await?;
    let request = RevocationRequest::new(received.form).credentials(&received.credentials);
    let answer = server.api().revocation(&request).await?;
    let RevocationNext::Respond(response) = answer.next(&received.credentials);
    Ok(response.map(Body::new))
}
