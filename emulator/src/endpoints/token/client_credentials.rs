//! The grant type `client_credentials`.

use authlete::types::GrantType;

use super::Request;
use crate::protocol::authorization_details;
use crate::protocol::issuance::{Issuance, Issued};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::protocol::resource;
use crate::protocol::scopes;
use crate::result_code::CLIENT_NOT_CONFIDENTIAL;
use crate::store::{Grant, Service};

/// RFC 6749 §4.4: for the client itself, without a refresh token.
pub fn client_credentials(request: &Request<'_>, service: &mut Service) -> Result<Issued, Refusal> {
    let client = request.client();
    if !client.is_confidential() {
        return Err(OAuthError::new("unauthorized_client", CLIENT_NOT_CONFIDENTIAL).into());
    }
    let grant = Grant {
        client_id: client.id(),
        client_id_alias_used: request.authenticated.alias_used,
        subject: None,
        grant_type: GrantType::ClientCredentials,
        scopes: scopes::required(request.parameters, &service.settings, &client.settings)?.into(),
        resources: resource::requested(request.parameters)?,
        authorization_details: authorization_details::requested(
            request.parameters,
            &service.settings,
            &client.settings,
        )?
        .map(Box::new),
        properties: None,
        acr: None,
        auth_time: 0,
        access_token_claims: None,
        openid: None,
    };
    let issuance = Issuance {
        call: request.call,
        client,
        grant,
        binding: request.binding.clone(),
        refreshable: false,
    };
    issuance.issue(service)
}
