//! Credential offers by reference.

use authlete::server::CredentialOfferInfoNext;
use authlete::types::CredentialOfferInfoRequest;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::authorization_server::{AuthorizationServer, Endpoints, Failure};

/// A credential offer (OpenID for Verifiable Credential Issuance 1.0 §4.1.3), whose route has the identifier of the offer
/// as its only parameter. `GET`. 404 if the offer does not exist or has expired.
///
/// Anyone who knows the identifier gets the pre-authorized code. Authlete generates identifiers that cannot be guessed.
pub async fn credential_offer(
    State(server): State<AuthorizationServer>,
    Path(identifier): Path<String>,
) -> Result<Response, Failure> {
    let request = CredentialOfferInfoRequest::new(identifier);
    let answer = match server.api().credential_offer_info(&request).await?.next() {
        CredentialOfferInfoNext::Respond(response) => return Err(Failure::from(response)),
        CredentialOfferInfoNext::NotFound { .. } => {
            return Err(Failure::empty(StatusCode::NOT_FOUND));
        }
        CredentialOfferInfoNext::Ok { answer } => answer,
    };
    let offer = answer.info.and_then(|info| info.credential_offer);
    let offer = offer.ok_or_else(Failure::server_error)?;
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, offer.expose().to_owned()).into_response())
}

impl Endpoints {
    /// The URL of a credential offer, for `credential_offer_uri` (OpenID for Verifiable Credential Issuance 1.0 §4.1.3):
    /// `identifier` is that of [`CredentialOfferInfo`](authlete::types::CredentialOfferInfo). `None` if the settings have no
    /// credential issuer.
    pub fn credential_offer_uri(&self, identifier: &str) -> Option<String> {
        Some(self.credential_issuer.as_ref()?.offer(identifier))
    }
}
