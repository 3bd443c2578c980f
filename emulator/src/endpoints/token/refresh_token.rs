//! The grant type `refresh_token`.

use super::Request;
use crate::digest::Digest;
use crate::json::Members;
use crate::protocol::issuance::{self, Issued};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::proof_of_possession;
use crate::protocol::refusal::Refusal;
use crate::protocol::scopes;
use crate::random;
use crate::result_code::{
    REFRESH_TOKEN_EXPIRED, REFRESH_TOKEN_MISSING, REFRESH_TOKEN_OF_ANOTHER_CLIENT,
    REFRESH_TOKEN_UNKNOWN, SCOPE_BEYOND_GRANT,
};
use crate::store::{Grant, RefreshToken, Service, TokenRecord};

/// RFC 6749 §6. The refresh token is replaced by a new one, unless the service says that it is kept.
pub fn refresh_token(request: &Request<'_>, service: &mut Service) -> Result<Issued, Refusal> {
    let now = request.call.now;
    let value = request.parameters.get("refresh_token");
    let value = value.ok_or(OAuthError::invalid_request(REFRESH_TOKEN_MISSING))?;
    let found = service.tokens.by_refresh_token(&Digest::of(value));
    let (id, record) = found.ok_or(OAuthError::invalid_grant(REFRESH_TOKEN_UNKNOWN))?;
    if record.grant.client_id != request.client().id() {
        return Err(OAuthError::invalid_grant(REFRESH_TOKEN_OF_ANOTHER_CLIENT).into());
    }
    let current = record
        .refresh_token
        .as_ref()
        .filter(|token| now < token.expires_at);
    let current = current.ok_or(OAuthError::invalid_grant(REFRESH_TOKEN_EXPIRED))?;
    proof_of_possession::check_refresh(&record.binding, &request.binding, &request.authenticated)?;
    let scopes = match request.parameters.words("scope").as_slice() {
        [] => current.scopes.clone(),
        requested if scopes::cover(&current.scopes, requested) => {
            requested.iter().map(|scope| (*scope).to_owned()).collect()
        }
        _ => return Err(OAuthError::invalid_scope(SCOPE_BEYOND_GRANT).into()),
    };
    let access_token = issuance::access_token(request.call, service)?;
    let kept = service.settings.flag("refreshTokenKept");
    let next = if kept {
        value.to_owned()
    } else {
        random::token()?
    };
    let keeps_end = if kept {
        !service.settings.flag("refreshTokenDurationReset")
    } else {
        service.settings.flag("refreshTokenDurationKept")
    };
    let properties = issuance::properties(record.grant.properties.as_deref(), request.call);
    let refreshed = TokenRecord {
        access_token: Digest::of(&access_token),
        access_token_expires_at: issuance::access_token_end(
            request.call,
            service,
            request.client(),
            &scopes,
        ),
        refresh_token: Some(RefreshToken {
            digest: Digest::of(&next),
            expires_at: match keeps_end {
                true => current.expires_at,
                false => issuance::refresh_token_end(
                    request.call,
                    service,
                    request.client(),
                    &current.scopes,
                ),
            },
            scopes: current.scopes.clone(),
        }),
        last_refreshed_at: now,
        binding: request.binding.clone(),
        grant: Grant {
            client_id_alias_used: request.authenticated.alias_used,
            properties: properties.map(Box::new),
            scopes,
            ..record.grant.clone()
        },
        ..record.clone()
    };
    service.tokens.take(id);
    service.tokens.put(id, refreshed);
    Ok(Issued {
        record: id,
        access_token,
        refresh_token: Some(next),
    })
}
