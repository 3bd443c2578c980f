//! The challenge endpoint for client attestations.

use authlete::server::AttestationChallengeNext;
use authlete::types::AttestationChallengeRequest;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;

use super::{AuthorizationServer, Failure};

/// The challenge endpoint, where clients get the challenge for the proof of possession of their attestation (OAuth 2.0
/// Attestation-Based Client Authentication). `POST`. The content of the request is ignored.
pub async fn attestation_challenge(
    State(server): State<AuthorizationServer>,
) -> Result<Response, Failure> {
    let request = AttestationChallengeRequest::new();
    let answer = server.api().attestation_challenge(&request).await?;
    let AttestationChallengeNext::Respond(response) = answer.next();
    Ok(response.map(Body::new))
}
