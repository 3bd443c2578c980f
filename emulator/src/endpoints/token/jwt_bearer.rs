//! The grant type `urn:ietf:params:oauth:grant-type:jwt-bearer` (RFC 7523 §2.1). The authorization
//! server decides which issuers it trusts: it gets the request after all checks that need no keys.

use authlete::types::GrantType;

use super::{TokenRequest, response};
use crate::api_response::ApiResponse;
use crate::call::Call;
use crate::json::ObjectExt;
use crate::model::Parameters;
use crate::protocol::foreign_jwt::{ForeignJwt, JwtPolicy};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::protocol::{resource, scopes};
use crate::result_code::{
    ASSERTION_AUDIENCE, ASSERTION_CLAIM_MISSING, ASSERTION_MISSING, ResultCode, TOKEN_JWT_BEARER,
    TOKEN_SCOPE_MISSING,
};
use crate::settings::ClientSettings;
use crate::store::Service;

fn policy(service: &Service) -> JwtPolicy {
    JwtPolicy {
        encrypted_rejected: service.settings.jwt_grant_encrypted_jwt_rejected(),
        unsigned_rejected: service.settings.jwt_grant_unsigned_jwt_rejected(),
    }
}

pub fn jwt_bearer(
    call: &Call,
    service: &mut Service,
    parameters: &Parameters,
) -> Result<ApiResponse, Refusal> {
    let insists = service.settings.jwt_grant_by_identifiable_clients_only();
    let grant_type = GrantType::JwtBearer;
    let request =
        TokenRequest::authenticate_if_identified(call, service, parameters, grant_type, insists)?;
    let assertion = parameters
        .get("assertion")
        .ok_or(OAuthError::invalid_request(ASSERTION_MISSING))?;
    let subject = check(assertion, service, call).map_err(OAuthError::invalid_grant)?;
    let none = ClientSettings::default();
    let client = request.as_ref().map(|request| &request.client().settings);
    let scopes = scopes::required(
        parameters,
        &service.settings,
        client.unwrap_or(&none),
        TOKEN_SCOPE_MISSING,
    )?;
    let response = ApiResponse::action(call.path, TOKEN_JWT_BEARER, "JWT_BEARER");
    let response = response::with_requester(response, service, request.as_ref())
        .with("grantType", GrantType::JwtBearer.as_str())
        .with("assertion", assertion)
        .with("scopes", scopes)
        .with_optional("subject", subject)
        .with_optional(
            "resources",
            response::list(&resource::requested(parameters)?),
        );
    Ok(response.build())
}

/// Checks an assertion (RFC 7523 §3). Returns its subject, unless the assertion is encrypted.
fn check(assertion: &str, service: &Service, call: &Call) -> Result<Option<String>, ResultCode> {
    let Some(jwt) = ForeignJwt::read(assertion, policy(service), service, call.now)? else {
        return Ok(None);
    };
    let claims = &jwt.claims;
    let subject = claims.text("sub").ok_or(ASSERTION_CLAIM_MISSING)?;
    if claims.text("iss").is_none() || !claims.contains_key("exp") {
        return Err(ASSERTION_CLAIM_MISSING);
    }
    let audiences = jwt.audiences().ok_or(ASSERTION_AUDIENCE)?;
    let names = [service.issuer(), service.settings.token_endpoint()];
    let is_name = |audience: &&str| names.contains(&Some(*audience));
    match audiences.iter().any(is_name) {
        true => Ok(Some(subject.to_owned())),
        false => Err(ASSERTION_AUDIENCE),
    }
}
