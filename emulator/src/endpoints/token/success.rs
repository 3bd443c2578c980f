//! The successful response of the token endpoint.

use authlete::types::GrantType;

use super::reissue::is_reissuable;
use super::response::{list, with_request, with_tokens};
use super::{TokenRequest, native_sso};
use crate::api_response::ResponseBuilder;
use crate::json::ObjectExt as _;
use crate::protocol::issuance::Issued;
use crate::protocol::native_sso::session;
use crate::result_code::{
    CIBA_OK, CLIENT_CREDENTIALS_OK, CODE_OK, DEVICE_OK, PRE_AUTHORIZED_OK, REFRESH_OK,
};
use crate::store::{Grant, Service};

/// The response with the tokens, and the token response for the client (RFC 6749 §5.1).
pub fn success_response(
    request: &TokenRequest<'_>,
    service: &Service,
    issued: Issued,
) -> ResponseBuilder {
    let record = service.tokens.by_id(issued.record);
    let grant = record.map(|record| &record.grant);
    let claims = grant.and_then(requested_claims);
    let session = grant.and_then(|grant| session(service, request.client(), grant));
    let code = match request.grant_type {
        GrantType::ClientCredentials => CLIENT_CREDENTIALS_OK,
        GrantType::RefreshToken => REFRESH_OK,
        GrantType::Ciba => CIBA_OK,
        GrantType::DeviceCode => DEVICE_OK,
        GrantType::PreAuthorizedCode => PRE_AUTHORIZED_OK,
        _ => CODE_OK,
    };
    let reissuable = record.is_some_and(|record| is_reissuable(service, record));
    let response = match session {
        Some(session) => native_sso::success(request, service, session, issued),
        None => with_tokens(request.call, code, service, request.client(), issued)
            .with_optional("action", reissuable.then_some("ID_TOKEN_REISSUABLE")),
    };
    with_request(response, request).with_optional("requestedIdTokenClaims", claims)
}

/// The claims that the authorization request asked for in ID tokens (OpenID Connect Core 1.0 §5.5).
fn requested_claims(grant: &Grant) -> Option<Vec<String>> {
    let claims = grant.openid.as_ref()?.requested_claims.as_ref()?;
    let names: Vec<_> = claims.object("id_token")?.keys().cloned().collect();
    list(&names)
}
