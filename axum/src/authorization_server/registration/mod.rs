//! Dynamic client registration and registration management.

mod registrations;

use authlete::server::{ClientRegistrationNext, RequestCredentials, TokenScheme};
use authlete::types::ClientRegistrationRequest;
use authlete::{JsonObject, Secret};
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::{Method, StatusCode};

use super::request::has_media_type;
use super::{AuthorizationServer, Failure};
pub use registrations::Registrations;
pub(super) use registrations::{DynRegistrations, NoRegistrations};

/// The client registration endpoint (RFC 7591 §3, OpenID Connect Dynamic Client Registration 1.0 §3). `POST`.
///
/// [`Registrations::may_register`] decides who may register. By default, all requests are refused. The service setting
/// `dynamicRegistrationSupported` must be on.
pub async fn registration(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let (credentials, metadata) = server.metadata(request).await?;
    let registrations = &server.settings.registrations;
    if !registrations.may_register(&credentials, &metadata).await? {
        return Err(match credentials.access_token() {
            Some(_) => unknown_token(),
            None => Failure::no_token(),
        });
    }
    let request = ClientRegistrationRequest::new().json(metadata.to_string());
    let answer = server.api().dynamic_client_register(&request).await?;
    Ok(respond(answer.next()))
}

/// The client configuration endpoint (RFC 7592 §2), whose route has the client ID as its only parameter. `GET`, `PUT` and
/// `DELETE`, with the registration access token of the client.
///
/// [`Registrations::may_update`] decides what a client may change.
pub async fn client_configuration(
    State(server): State<AuthorizationServer>,
    Path(client_id): Path<String>,
    request: Request,
) -> Result<Response, Failure> {
    let method = request.method().clone();
    let management_request = |credentials: &RequestCredentials| {
        let token = registration_access_token(credentials)?;
        let request = ClientRegistrationRequest::new().client_id(&client_id);
        Ok::<_, Failure>(request.token(token))
    };
    let answer = match method {
        Method::PUT => {
            let (credentials, metadata) = server.metadata(request).await?;
            let request = management_request(&credentials)?.json(metadata.to_string());
            let registrations = &server.settings.registrations;
            if !registrations.may_update(&client_id, &metadata).await? {
                return Err(Failure::oauth(StatusCode::FORBIDDEN, "access_denied"));
            }
            server.api().dynamic_client_update(&request).await?
        }
        Method::DELETE => {
            let request = management_request(&server.credentials(&request.into_parts().0)?)?;
            server.api().dynamic_client_delete(&request).await?
        }
        Method::GET | Method::HEAD => {
            let request = management_request(&server.credentials(&request.into_parts().0)?)?;
            server.api().dynamic_client_get(&request).await?
        }
        _ => return Err(Failure::empty(StatusCode::METHOD_NOT_ALLOWED)),
    };
    Ok(respond(answer.next()))
}

impl AuthorizationServer {
    /// Reads the client metadata and the credentials of a request.
    ///
    /// Authlete receives the parsed object, not the original text: two parsers could interpret repeated members differently.
    async fn metadata(
        &self,
        request: Request,
    ) -> Result<(RequestCredentials, JsonObject), Failure> {
        if !has_media_type(request.headers(), "application/json") {
            return Err(invalid_metadata(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let (parts, text) = self.text(request).await?;
        let credentials = self.credentials(&parts)?;
        let metadata: serde_json::Map<_, _> =
            serde_json::from_str(&text).map_err(|_| invalid_metadata(StatusCode::BAD_REQUEST))?;
        Ok((credentials, metadata.into()))
    }
}

/// The registration access token, a bearer token (RFC 7592 §2).
fn registration_access_token(credentials: &RequestCredentials) -> Result<&Secret, Failure> {
    match credentials.access_token() {
        Some(token) if token.scheme == TokenScheme::Bearer => Ok(&token.value),
        _ => Err(Failure::no_token()),
    }
}

/// RFC 7591 §3.2.2.
fn invalid_metadata(status: StatusCode) -> Failure {
    Failure::oauth(status, "invalid_client_metadata")
}

/// RFC 6750 §3.1.
fn unknown_token() -> Failure {
    Failure::oauth(StatusCode::UNAUTHORIZED, "invalid_token")
        .with_challenge("Bearer error=\"invalid_token\"")
}

fn respond(next: ClientRegistrationNext) -> Response {
    let ClientRegistrationNext::Respond(response) = next;
    response.map(Body::new)
}
