//! The grant type `authorization_code`.

use super::TokenRequest;
use crate::digest::Digest;
use crate::protocol::issuance::{Issuance, Issued};
use crate::protocol::native_sso;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::pkce;
use crate::protocol::refusal::Refusal;
use crate::result_code::{
    CODE_EMPTY, CODE_EXPIRED, CODE_MISSING, CODE_OF_ANOTHER_CLIENT, CODE_OF_ANOTHER_SERVICE,
    CODE_UNKNOWN, DPOP_KEY_OF_CODE, TOKEN_REDIRECT_URI_DIFFERENT, TOKEN_REDIRECT_URI_MISSING,
    TOKEN_REDIRECT_URI_UNEXPECTED,
};
use crate::store::{NarrowedAccess, Service};

/// Exchanges an authorization code for tokens (RFC 6749 §4.1.3).
pub fn authorization_code(
    request: &TokenRequest<'_>,
    service: &mut Service,
) -> Result<Issued, Refusal> {
    let now = request.call.now;
    let code = request
        .parameters
        .required("code", CODE_MISSING, CODE_EMPTY)
        .map_err(OAuthError::invalid_request)?;
    let digest = Digest::of(code);
    let unknown = match request.call.other_service_ids.contains(code) {
        true => CODE_OF_ANOTHER_SERVICE,
        false => CODE_UNKNOWN,
    };
    let entry = service.codes.get(&digest);
    let entry = entry.ok_or(OAuthError::invalid_grant(unknown))?;
    let code = &entry.value;
    if code.grant.client_id != request.client().id() {
        return Err(OAuthError::invalid_grant(CODE_OF_ANOTHER_CLIENT).into());
    }
    if let Some(record) = code.used_for {
        // RFC 6749 §4.1.2: the code was used twice, so tokens issued for it may be stolen and are revoked.
        service.commit(move |service| service.tokens.take(record));
        return Err(OAuthError::invalid_grant(CODE_UNKNOWN).into());
    }
    if entry.expires_at <= now {
        return Err(OAuthError::invalid_grant(CODE_EXPIRED).into());
    }
    match request.parameters.get("redirect_uri") {
        None if code.redirect_uri_requested => {
            return Err(OAuthError::invalid_request(TOKEN_REDIRECT_URI_MISSING).into());
        }
        Some(given) if given != code.redirect_uri && !code.redirect_uri_requested => {
            return Err(OAuthError::invalid_grant(TOKEN_REDIRECT_URI_UNEXPECTED).into());
        }
        Some(given) if given != code.redirect_uri => {
            return Err(OAuthError::invalid_grant(TOKEN_REDIRECT_URI_DIFFERENT).into());
        }
        _ => {}
    }
    pkce::verify(code.challenge.as_ref(), request.parameters)?;
    if code.dpop_key.is_some() && code.dpop_key != request.binding.dpop_key {
        return Err(OAuthError::invalid_grant(DPOP_KEY_OF_CODE).into());
    }
    // In Native SSO, `/nativesso` issues the ID token, with the hash of the device secret.
    let with_id_token = native_sso::session(service, request.client(), &code.grant).is_none();
    let call = match with_id_token {
        true => &request.call.without(&["jwtAtClaims"]),
        false => request.call,
    };
    let issuance = Issuance {
        call,
        client: request.client(),
        grant: code.grant.clone(),
        binding: request.binding.clone(),
        refreshable: request.may_refresh(service),
    };
    let narrowed = NarrowedAccess::requested(&issuance.grant, request.parameters)?;
    let issued = match with_id_token {
        true => issuance.issue_with_id_token(service, narrowed)?,
        false => issuance.issue_narrowed(service, narrowed)?,
    };
    if let Some(code) = service.codes.get_mut(&digest) {
        code.used_for = Some(issued.record);
    }
    Ok(issued)
}
