//! `/auth/introspection`: checks an access token for a protected resource.

use super::challenge::TokenRefusal;
use super::response_members::{list, with_client_of_token};
use crate::api_response::{ApiResponse, Outcome, ResponseBuilder};
use crate::call::Call;
use crate::digest::Digest;
use crate::json::ObjectExt;
use crate::protocol::consented_claims;
use crate::protocol::dpop;
use crate::protocol::grant_management;
use crate::protocol::issuable_credentials;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::proof_of_possession;
use crate::protocol::scopes;
use crate::result_code::{
    INTROSPECTION_AUTHENTICATION, INTROSPECTION_NO_SCOPES, INTROSPECTION_NO_SUBJECT,
    INTROSPECTION_OK, INTROSPECTION_RESOURCE, INTROSPECTION_SCOPE, INTROSPECTION_SUBJECT,
    INTROSPECTION_TOKEN_EXPIRED, INTROSPECTION_TOKEN_EXPIRED_REFRESHABLE,
    INTROSPECTION_TOKEN_MISSING, INTROSPECTION_TOKEN_OF_ANOTHER_SERVICE,
    INTROSPECTION_TOKEN_UNKNOWN, INTROSPECTION_TOKENS_EXPIRED,
};
use crate::store::{Binding, Service, TokenRecord};

pub fn introspection(call: &Call, service: &mut Service) -> Outcome {
    let Some(token) = call.body.text("token") else {
        let error = OAuthError::invalid_request(INTROSPECTION_TOKEN_MISSING);
        let refusal = TokenRefusal::new("BAD_REQUEST", error);
        return Ok(without_token(refusal.response(
            call,
            service,
            &Binding::default(),
        )));
    };
    let digest = Digest::of(token);
    let found = service.tokens.by_access_token(&digest);
    let bound = found.map(|(_, record)| record.binding().clone());
    let bound = bound.unwrap_or_default();
    let possession = match found {
        Some((_, record)) if record.is_valid(call.now) => {
            proof_of_possession::check(call, service, &bound, token)
        }
        _ => Ok(()),
    };
    let Some((_, record)) = service.tokens.by_access_token(&digest) else {
        let refusal = TokenRefusal::invalid_token(match call.other_service_ids.contains(token) {
            true => INTROSPECTION_TOKEN_OF_ANOTHER_SERVICE,
            false => INTROSPECTION_TOKEN_UNKNOWN,
        });
        return Ok(without_token(refusal.response(call, service, &bound)));
    };
    let verdict = match possession {
        Err(error) => Err(TokenRefusal::new(
            proof_of_possession::action(&error),
            error,
        )),
        Ok(()) => examine(call, record),
    };
    let response = match verdict {
        Err(refusal) => refusal.response(call, service, &bound),
        // For a protected resource that rejects the request for another reason.
        Ok(()) => ApiResponse::action(call.path, INTROSPECTION_OK, "OK")
            .with("responseContent", "Bearer error=\"invalid_request\""),
    };
    let outcome = Ok(with_token(response, call, service, record).build());
    match bound.dpop_key {
        Some(_) => dpop::with_nonce(call, service, outcome),
        None => outcome,
    }
}

/// Checks that the token is valid and meets the requirements of the protected resource.
fn examine(call: &Call, record: &TokenRecord) -> Result<(), TokenRefusal> {
    let grant = &record.grant;
    if !record.is_valid(call.now) {
        return Err(TokenRefusal::invalid_token(match &record.refresh_token {
            None => INTROSPECTION_TOKEN_EXPIRED,
            Some(_) if record.is_refreshable(call.now) => INTROSPECTION_TOKEN_EXPIRED_REFRESHABLE,
            Some(_) => INTROSPECTION_TOKENS_EXPIRED,
        }));
    }
    let scopes = required_scopes(call);
    if !record.covers(&scopes) {
        let code = match grant.scopes.is_empty() {
            true => INTROSPECTION_NO_SCOPES,
            false => INTROSPECTION_SCOPE,
        };
        return Err(TokenRefusal::insufficient_scope(code, &scopes));
    }
    let subject = call.body.text("subject");
    if subject.is_some() && subject != grant.subject.as_deref() {
        let error = OAuthError::invalid_request(match grant.subject {
            None => INTROSPECTION_NO_SUBJECT,
            Some(_) => INTROSPECTION_SUBJECT,
        });
        return Err(TokenRefusal::new("FORBIDDEN", error));
    }
    // RFC 8707: a token that was requested without resources is not for any specific resource.
    let resources = call.body.texts("resources").unwrap_or_default();
    if !record.covers_at(&scopes, &resources) {
        let error = OAuthError::new("invalid_target", INTROSPECTION_RESOURCE);
        return Err(TokenRefusal::new("FORBIDDEN", error));
    }
    examine_authentication(call, record)
}

/// RFC 9470: checks the authentication context class and the age of the user's authentication.
fn examine_authentication(call: &Call, record: &TokenRecord) -> Result<(), TokenRefusal> {
    let grant = &record.grant;
    let acr_values = call.body.texts("acrValues").filter(|acrs| !acrs.is_empty());
    let max_age = call.body.integer("maxAge").filter(|max_age| *max_age > 0);
    let is_strong = acr_values.as_ref().is_none_or(|acrs| {
        let acr = grant.acr.as_deref();
        acr.is_some_and(|acr| acrs.contains(&acr))
    });
    let age = (call.now / 1000).saturating_sub(grant.auth_time);
    let is_recent = max_age.is_none_or(|max_age| grant.auth_time > 0 && age <= max_age);
    if is_strong && is_recent {
        return Ok(());
    }
    let error = OAuthError::new(
        "insufficient_user_authentication",
        INTROSPECTION_AUTHENTICATION,
    );
    let parameters = [
        ("acr_values", acr_values.map(|acrs| acrs.join(" "))),
        ("max_age", max_age.map(|max_age| max_age.to_string())),
    ];
    let parameters = parameters
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    Err(TokenRefusal::new("UNAUTHORIZED", error).with_parameters(parameters))
}

fn required_scopes(call: &Call) -> Vec<&str> {
    call.body.texts("scopes").unwrap_or_default()
}

fn without_token(response: ResponseBuilder) -> ApiResponse {
    ["existent", "usable", "sufficient", "refreshable"]
        .into_iter()
        .fold(response, |response, member| response.with(member, false))
        .build()
}

fn with_token(
    response: ResponseBuilder,
    call: &Call,
    service: &Service,
    record: &TokenRecord,
) -> ResponseBuilder {
    let grant = &record.grant;
    let issuable = &record.issuable_credentials;
    let nonce = record.credential_nonce.as_deref();
    with_client_of_token(response, service, record)
        .with("existent", true)
        .with("usable", record.is_valid(call.now))
        .with("sufficient", record.covers(&required_scopes(call)))
        .with("refreshable", record.is_refreshable(call.now))
        .with_optional("subject", grant.subject.as_deref())
        .with("scopes", grant.scopes.clone())
        .with(
            "scopeDetails",
            scopes::details(&service.settings, &grant.scopes),
        )
        .with("grantType", grant.grant_type.as_str())
        .with_optional("grantId", grant.id.as_deref())
        .with_optional(
            "grant",
            record
                .inherited
                .as_deref()
                .map(grant_management::to_api_json),
        )
        .with("expiresAt", record.access_token_expires_at)
        .with("forCredentialIssuance", !issuable.is_empty())
        .with_optional(
            "issuableCredentials",
            issuable_credentials::as_text(issuable),
        )
        .with_optional("cnonce", nonce.map(|nonce| nonce.value.as_str()))
        .with("cnonceExpiresAt", nonce.map_or(0, |nonce| nonce.expires_at))
        .with("forExternalAttachment", record.for_external_attachment)
        .with("authTime", grant.auth_time)
        .with_optional("acr", grant.acr.as_deref())
        .with_optional("properties", grant.properties.as_deref().cloned())
        .with_optional("resources", list(&grant.resources))
        .with_optional("accessTokenResources", list(record.resources()))
        .with_optional(
            "authorizationDetails",
            record.authorization_details().cloned(),
        )
        .with_optional("consentedClaims", list(&consented_claims::of(grant)))
        .with_optional(
            "certificateThumbprint",
            record.binding().certificate.as_deref(),
        )
        .with(
            "responseSigningRequired",
            service.settings.rs_response_signed(),
        )
}
