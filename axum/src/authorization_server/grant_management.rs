//! The grant management endpoint.

use authlete::server::GmNext;
use authlete::types::{GmAction, GmRequest};
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::{Method, StatusCode};

use super::{AuthorizationServer, Failure};

/// The grant management endpoint (Grant Management for OAuth 2.0 §6), whose route has the grant ID as its only parameter.
/// `GET` reads a grant, `DELETE` revokes it.
///
/// The access token needs the scope `grant_management_query` or `grant_management_revoke`. A bound token needs its proof of
/// possession. Authlete checks both.
pub async fn grant_management(
    State(server): State<AuthorizationServer>,
    Path(grant_id): Path<String>,
    request: Request,
) -> Result<Response, Failure> {
    let parts = request.into_parts().0;
    let action = match parts.method {
        Method::GET | Method::HEAD => GmAction::Query,
        Method::DELETE => GmAction::Revoke,
        _ => return Err(Failure::empty(StatusCode::METHOD_NOT_ALLOWED)),
    };
    let credentials = server.resource_credentials(&parts)?;
    let token = credentials.access_token().ok_or_else(Failure::no_token)?;
    let mut request = GmRequest::new(action, &grant_id, &token.value).credentials(&credentials);
    if let Some(url) = &server.endpoints().grant_management {
        // The ID as the client encoded it: the DPoP proof contains this URL.
        let id = parts.uri.path().rsplit('/').next().unwrap_or_default();
        let url = url.join(&format!("/{id}"));
        request = request.received_at(parts.method.as_str(), url);
    }
    let answer = server.api().grant_management(&request).await?;
    let GmNext::Respond(response) = answer.next();
    Ok(response.map(Body::new))
}
