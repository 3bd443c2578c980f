//! The grant type `refresh_token`.

use super::success::success_response;
use super::{TokenRequest, response};
use crate::api_response::ApiResponse;
use crate::clock::after;
use crate::digest::Digest;
use crate::protocol::issuance::{self, Issued};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::{Refusal, usual_action};
use crate::protocol::{access_token, native_sso, proof_of_possession, scopes};
use crate::random;
use crate::result_code::{
    REFRESH_JWT, REFRESH_TOKEN_EMPTY, REFRESH_TOKEN_EXPIRED, REFRESH_TOKEN_MISSING,
    REFRESH_TOKEN_OF_ANOTHER_CLIENT, REFRESH_TOKEN_OF_ANOTHER_SERVICE, REFRESH_TOKEN_UNKNOWN,
    SCOPE_BEYOND_GRANT,
};
use crate::store::{
    Grant, NarrowedAccess, RecordId, RefreshToken, RefreshTokenReplacement, Service, TokenRecord,
};

/// How long the previous refresh token is accepted again if the client missed the response, in seconds.
const REUSE_PERIOD: i64 = 60;

/// The presented refresh token, or its replacement if the client presented a replaced one.
struct CurrentRefreshToken {
    record: RecordId,
    refresh_token: String,
    replaced: bool,
}

/// Refreshes an access token (RFC 6749 §6).
pub fn refresh_token(
    request: &TokenRequest<'_>,
    service: &mut Service,
) -> Result<ApiResponse, Refusal> {
    let value = request
        .parameters
        .required("refresh_token", REFRESH_TOKEN_MISSING, REFRESH_TOKEN_EMPTY)
        .map_err(OAuthError::invalid_request)?;
    let Some(presented) = find(value, request, service) else {
        let error =
            OAuthError::invalid_grant(match request.call.other_service_ids.contains(value) {
                true => REFRESH_TOKEN_OF_ANOTHER_SERVICE,
                false => REFRESH_TOKEN_UNKNOWN,
            });
        let action = usual_action(&error);
        let response = error.response(request.call.path, action, &service.settings);
        let response = response::with_client_of_rejected(response, request.call, service);
        let replaced = is_idempotent(service) && service.renewals.get(&Digest::of(value)).is_some();
        return Ok(response.with("previousRefreshTokenUsed", replaced).build());
    };
    let replaced = presented.replaced;
    let issued = refresh(request, service, presented)?;
    let response = success_response(request, service, issued);
    Ok(response.with("previousRefreshTokenUsed", replaced).build())
}

fn find(value: &str, request: &TokenRequest<'_>, service: &Service) -> Option<CurrentRefreshToken> {
    let digest = Digest::of(value);
    if let Some((record, _)) = service.tokens.by_refresh_token(&digest) {
        return Some(CurrentRefreshToken {
            record,
            refresh_token: value.to_owned(),
            replaced: false,
        });
    }
    let replacement = service.renewals.live(&digest, request.call.now);
    let replacement = replacement.filter(|_| is_idempotent(service))?;
    // Once the new refresh token is used, the client got the response, and the previous one is not accepted any more.
    let renewed = Digest::of(&replacement.refresh_token);
    let (record, _) = service.tokens.by_refresh_token(&renewed)?;
    Some(CurrentRefreshToken {
        record,
        refresh_token: replacement.refresh_token.clone(),
        replaced: true,
    })
}

fn is_idempotent(service: &Service) -> bool {
    service.settings.refresh_token_idempotent()
}

/// Rotates the refresh token, unless the service keeps refresh tokens or the presented one was rotated already.
fn refresh(
    request: &TokenRequest<'_>,
    service: &mut Service,
    presented: CurrentRefreshToken,
) -> Result<Issued, Refusal> {
    let (call, client) = (request.call, request.client());
    let unknown = OAuthError::invalid_grant(REFRESH_TOKEN_UNKNOWN);
    let record = service.tokens.by_id(presented.record);
    let (record, current) = record
        .and_then(|record| Some((record, record.refresh_token.as_ref()?)))
        .ok_or(unknown)?;
    if record.grant.client_id != client.id() {
        return Err(OAuthError::invalid_grant(REFRESH_TOKEN_OF_ANOTHER_CLIENT).into());
    }
    if current.expires_at <= call.now {
        return Err(OAuthError::invalid_grant(REFRESH_TOKEN_EXPIRED).into());
    }
    proof_of_possession::check_refresh(record.binding(), &request.binding, &request.authenticated)?;
    let settings = &service.settings;
    let same = presented.replaced || settings.refresh_token_kept();
    let (next, keeps_end) = if same {
        let value = presented.refresh_token.clone();
        let keeps_end = presented.replaced || !settings.refresh_token_duration_reset();
        (value, keeps_end)
    } else {
        (random::token()?, settings.refresh_token_duration_kept())
    };
    let refresh_token = RefreshToken {
        digest: Digest::of(&next),
        expires_at: match keeps_end {
            true => current.expires_at,
            false => issuance::refresh_token_end(call, service, client, &current.scopes),
        },
        scopes: current.scopes.clone(),
    };
    let grant = refreshed_grant(request, service, record, current)?;
    let value = issuance::access_token(call, service)?;
    let mut refreshed = TokenRecord {
        access_token: Digest::of(&value),
        access_token_expires_at: issuance::access_token_end(
            call,
            service,
            client,
            &grant.scopes,
            Some(&refresh_token),
        ),
        refresh_token: Some(refresh_token),
        last_refreshed_at: call.now,
        binding: request.binding.clone().boxed(),
        narrowed: NarrowedAccess::requested(&grant, request.parameters)?,
        client_id_alias: client.alias().map(Box::from),
        grant,
        ..record.clone()
    };
    issuance::add_issuable_credentials(service, &mut refreshed, call.now)?;
    let jwt = access_token::sign(service, client, &mut refreshed, &value, call.now)
        .map_err(|error| error.into_jwt_failure(REFRESH_JWT))?;
    service.tokens.take(presented.record);
    service.tokens.put(presented.record, refreshed);
    if !same && is_idempotent(service) {
        let replacement = RefreshTokenReplacement {
            refresh_token: next.clone(),
        };
        let key = Digest::of(&presented.refresh_token);
        let until = after(call.now, REUSE_PERIOD);
        service.renewals.insert(key, replacement, until, call.now);
    }
    Ok(Issued {
        record: presented.record,
        access_token: value,
        jwt,
        refresh_token: Some(next),
        id_token: None,
    })
}

/// The grant with the scopes of the new access token: those of the refresh token, or the requested subset.
fn refreshed_grant(
    request: &TokenRequest<'_>,
    service: &Service,
    record: &TokenRecord,
    current: &RefreshToken,
) -> Result<Grant, Refusal> {
    let mut scopes = match request.parameters.space_delimited("scope").as_slice() {
        [] => current.scopes.to_vec(),
        requested if scopes::cover(&current.scopes, requested) => {
            requested.iter().map(|scope| (*scope).to_owned()).collect()
        }
        _ => return Err(OAuthError::invalid_scope(SCOPE_BEYOND_GRANT).into()),
    };
    // OpenID Connect Core 1.0 §11: ID tokens on refresh need offline_access.
    let offline = current.scopes.iter().any(|scope| scope == "offline_access");
    let dropped = service
        .settings
        .openid_dropped_on_refresh_without_offline_access();
    if dropped && !offline {
        scopes.retain(|scope| scope != "openid");
    }
    let grant = record.grant.clone();
    let properties = issuance::properties(grant.properties.as_deref(), request.call);
    let claims = grant.access_token_claims.clone();
    let claims = match native_sso::session(service, request.client(), &grant) {
        Some(_) => issuance::access_token_claims(claims, request.call, REFRESH_JWT)?,
        // Other flows ignore the claims of a token request.
        None => claims,
    };
    Ok(Grant {
        client_named_by: request.authenticated.named_by,
        properties: properties.map(Box::new),
        access_token_claims: claims,
        scopes: scopes.into(),
        ..grant
    })
}
