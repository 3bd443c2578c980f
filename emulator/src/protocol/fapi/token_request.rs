//! Token requests.

use authlete::types::GrantType;

use super::jwt_algorithms::check_id_token;
use super::profiles::Profiles;
use super::scopes_of_request::scopes_of_request;
use crate::call::Call;
use crate::model::Parameters;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::scopes;
use crate::result_code::{FAPI_ID_TOKEN, FAPI_NOT_SENDER_CONSTRAINED};
use crate::store::{Binding, Client, Service};

/// Checks that the access token will be bound as the profiles require, and that they allow the algorithms of the ID token.
/// The binding is that of the tokens to issue.
pub fn check_token_request(
    call: &Call,
    service: &Service,
    client: &Client,
    parameters: &Parameters,
    grant_type: &GrantType,
    binding: &Binding,
) -> Result<(), OAuthError> {
    let profiles = Profiles::of_request(call, service, client, parameters);
    if profiles.is_empty() {
        return Ok(());
    }
    let has_certificate = binding.certificate.is_some();
    let is_bound = has_certificate || binding.dpop_key.is_some();
    if (profiles.require_certificate_binding() && !has_certificate)
        || (profiles.require_binding() && !is_bound)
    {
        return Err(OAuthError::invalid_request(FAPI_NOT_SENDER_CONSTRAINED));
    }
    let scopes = scopes_of_request(call, service, client, parameters);
    match has_id_token(grant_type) && scopes::are_openid(&scopes) {
        true => {
            check_id_token(&profiles, client, &FAPI_ID_TOKEN).map_err(OAuthError::invalid_request)
        }
        false => Ok(()),
    }
}

/// Whether the response can have an ID token.
fn has_id_token(grant_type: &GrantType) -> bool {
    matches!(
        grant_type,
        GrantType::AuthorizationCode
            | GrantType::RefreshToken
            | GrantType::DeviceCode
            | GrantType::Ciba
    )
}
