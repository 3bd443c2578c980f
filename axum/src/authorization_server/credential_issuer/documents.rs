//! Credential issuer endpoints that need no access token.

use authlete::server::{
    CredentialIssuerJwksNext, CredentialIssuerMetadataNext, CredentialJwtIssuerMetadataNext,
    CredentialNonceNext,
};
use authlete::types::{
    CredentialIssuerJwksRequest, CredentialIssuerMetadataRequest,
    CredentialJwtIssuerMetadataRequest, CredentialNonceRequest,
};
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;

use crate::authorization_server::{AuthorizationServer, Failure};

/// The metadata of the credential issuer (OpenID for Verifiable Credential Issuance 1.0 §12.2). `GET`. 404 if the service
/// does not have `verifiableCredentialsEnabled` on.
pub async fn credential_issuer_metadata(
    State(server): State<AuthorizationServer>,
) -> Result<Response, Failure> {
    let request = CredentialIssuerMetadataRequest::new();
    let answer = server.api().credential_issuer_metadata(&request).await?;
    let CredentialIssuerMetadataNext::Respond(response) = answer.next();
    Ok(response.map(Body::new))
}

/// The JWT VC issuer metadata (SD-JWT-based Verifiable Credentials, "JWT VC Issuer Metadata"), where verifiers find the
/// keys. `GET`.
pub async fn jwt_vc_issuer_metadata(
    State(server): State<AuthorizationServer>,
) -> Result<Response, Failure> {
    let request = CredentialJwtIssuerMetadataRequest::new();
    let answer = server
        .api()
        .credential_jwt_issuer_metadata(&request)
        .await?;
    let CredentialJwtIssuerMetadataNext::Respond(response) = answer.next();
    Ok(response.map(Body::new))
}

/// The public keys that verify credentials, as a JWK Set (RFC 7517 §5). `GET`.
pub async fn credential_issuer_jwks(
    State(server): State<AuthorizationServer>,
) -> Result<Response, Failure> {
    let request = CredentialIssuerJwksRequest::new();
    let answer = server.api().credential_issuer_jwks(&request).await?;
    let CredentialIssuerJwksNext::Respond(response) = answer.next();
    Ok(response.map(Body::new))
}

/// The nonce endpoint (OpenID for Verifiable Credential Issuance 1.0 §7), where wallets get the nonce for their key
/// proofs. `POST`. The content of the request is ignored.
pub async fn credential_nonce(
    State(server): State<AuthorizationServer>,
) -> Result<Response, Failure> {
    let request = CredentialNonceRequest::new();
    let answer = server.api().credential_nonce(&request).await?;
    let CredentialNonceNext::Respond(response) = answer.next();
    Ok(response.map(Body::new))
}
