//! The grant type `client_credentials`.

use super::TokenRequest;
use crate::protocol::issuance::{Issuance, Issued};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::result_code::CLIENT_NOT_CONFIDENTIAL;
use crate::store::Service;

/// Issues an access token for the client itself, without a refresh token (RFC 6749 §4.4).
pub fn client_credentials(
    request: &TokenRequest<'_>,
    service: &mut Service,
) -> Result<Issued, Refusal> {
    let client = request.client();
    if !client.is_confidential() {
        return Err(OAuthError::new("unauthorized_client", CLIENT_NOT_CONFIDENTIAL).into());
    }
    let grant = request.grant(service)?;
    let issuance = Issuance {
        call: request.call,
        client,
        grant,
        binding: request.binding.clone(),
        refreshable: false,
    };
    issuance.issue(service)
}
