//! OpenID Federation endpoints.

use authlete::server::{FederationConfigurationNext, FederationRegistrationNext};
use authlete::types::{FederationConfigurationRequest, FederationRegistrationRequest};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;

use super::request::has_media_type;
use super::{AuthorizationServer, Failure};

/// The entity configuration of the service, a signed JWT (OpenID Federation 1.0 §9). `GET`. 404 if the service does not
/// have `federationEnabled` on.
pub async fn federation_configuration(
    State(server): State<AuthorizationServer>,
) -> Result<Response, Failure> {
    let request = FederationConfigurationRequest::new();
    let answer = server.api().federation_configuration(&request).await?;
    let FederationConfigurationNext::Respond(response) = answer.next();
    Ok(response.map(Body::new))
}

/// The federation registration endpoint, where relying parties register explicitly (OpenID Federation 1.0 §12.2). `POST`.
///
/// The body is an entity configuration with the media type `application/entity-statement+jwt`, or a trust chain with
/// `application/trust-chain+json`. Other media types are answered with 415. Authlete accepts relying parties whose trust
/// chain leads to a trust anchor of the service.
pub async fn federation_registration(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let headers = request.headers();
    let is_chain = has_media_type(headers, "application/trust-chain+json");
    if !is_chain && !has_media_type(headers, "application/entity-statement+jwt") {
        return Err(Failure::oauth(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "invalid_request",
        ));
    }
    let (_, body) = server.text(request).await?;
    // Authlete treats a call without both as an error of this server, not of the client.
    if body.trim().is_empty() {
        return Err(Failure::oauth(StatusCode::BAD_REQUEST, "invalid_request"));
    }
    let request = FederationRegistrationRequest::new();
    let request = match is_chain {
        true => request.trust_chain(body),
        false => request.entity_configuration(body),
    };
    let answer = server.api().federation_registration(&request).await?;
    let FederationRegistrationNext::Respond(response) = answer.next();
    Ok(response.map(Body::new))
}
