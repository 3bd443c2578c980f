//! Token requests of apps that share a session (OpenID Connect Native SSO for Mobile Apps 1.0). The tokens are issued here.
//! `/nativesso` creates the response, after the server has checked the session and the device secret.

use authlete::types::{GrantType, TokenType};
use serde_json::Value;

use super::{TokenRequest, response};
use crate::api_response::{ApiResponse, ResponseBuilder};
use crate::json::{Object, ObjectExt};
use crate::protocol::id_token;
use crate::protocol::id_token_hint;
use crate::protocol::issuance::{Issuance, Issued};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::protocol::scopes::are_openid;
use crate::result_code::{
    NATIVE_SSO_AUDIENCE, NATIVE_SSO_EXCHANGE, NATIVE_SSO_SUBJECT_TOKEN,
    NATIVE_SSO_SUBJECT_TOKEN_CLAIM, NATIVE_SSO_SUBJECT_TOKEN_TYPE, TOKEN_NATIVE_SSO,
};
use crate::store::{Authentication, Grant, Service};

const ACTION: &str = "NATIVE_SSO";

/// The response for tokens from a code or a refresh token. A client that has a device secret already sends it (§3.3).
pub fn success(
    request: &TokenRequest<'_>,
    service: &Service,
    session: &str,
    issued: Issued,
) -> ResponseBuilder {
    let call = request.call;
    let additional = additional_claims(request, service, &issued);
    let response = ApiResponse::action(call.path, TOKEN_NATIVE_SSO, ACTION)
        .with("sessionId", session)
        .with_optional("deviceSecret", request.parameters.get("device_secret"))
        .with_optional("additionalClaims", additional);
    response::with_token_details(response, service, request.client(), issued, call.now)
}

/// The claims from the authorization request for the ID token. The ID token of a refresh does not have them (OpenID Connect
/// Core 1.0 §12.2).
fn additional_claims(
    request: &TokenRequest<'_>,
    service: &Service,
    issued: &Issued,
) -> Option<String> {
    if request.grant_type != GrantType::AuthorizationCode {
        return None;
    }
    let openid = service
        .tokens
        .by_id(issued.record)?
        .grant
        .openid
        .as_deref()?;
    let state = openid.state.as_deref();
    let claims = [
        ("nonce", openid.nonce.clone()),
        (
            "s_hash",
            state.and_then(|state| id_token::hash(request.client(), state)),
        ),
    ];
    let claims = claims.into_iter();
    let claims: Object = claims
        .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
        .collect();
    (!claims.is_empty()).then(|| Value::Object(claims).to_string())
}

/// The credentials of a second app: the ID token of the first app, and the device secret issued with it (§4.2).
pub struct NativeSsoCredentials<'a> {
    pub id_token: &'a str,
    pub kind: &'a TokenType,
    pub device_secret: &'a str,
}

/// Issues tokens for the second app, in the session of the ID token (§4.3).
pub fn exchange(
    request: &TokenRequest<'_>,
    service: &mut Service,
    presented: &NativeSsoCredentials<'_>,
) -> Result<ResponseBuilder, Refusal> {
    let invalid = OAuthError::invalid_request;
    if *presented.kind != TokenType::IdToken {
        return Err(invalid(NATIVE_SSO_SUBJECT_TOKEN_TYPE).into());
    }
    let audiences = request.parameters.all("audience");
    if !matches!(audiences, [only] if Some(only.as_str()) == service.issuer()) {
        return Err(invalid(NATIVE_SSO_AUDIENCE).into());
    }
    let claims = id_token_hint::claims_for_any(presented.id_token, service);
    let claims = claims.ok_or(invalid(NATIVE_SSO_SUBJECT_TOKEN))?;
    let text = |name| {
        claims
            .text(name)
            .ok_or(invalid(NATIVE_SSO_SUBJECT_TOKEN_CLAIM))
    };
    let (subject, session, hash) = (text("sub")?, text("sid")?, text("ds_hash")?);
    let issuance = Issuance {
        call: &request.call.without(&["properties"]),
        client: request.client(),
        grant: grant(request, service, &claims, subject, session)?,
        binding: request.binding.clone(),
        refreshable: request.may_refresh(service),
    };
    let issued = issuance.issue(service)?;
    let response = ApiResponse::action(request.call.path, NATIVE_SSO_EXCHANGE, ACTION)
        .with("sessionId", session)
        .with("deviceSecret", presented.device_secret)
        .with("deviceSecretHash", hash);
    let now = request.call.now;
    let response = response::with_token_details(response, service, request.client(), issued, now);
    Ok(response::with_request(response, request))
}

/// The requested grant, with the user of the session and the authentication of that user.
fn grant(
    request: &TokenRequest<'_>,
    service: &Service,
    claims: &Object,
    subject: &str,
    session: &str,
) -> Result<Grant, OAuthError> {
    let grant = request.grant(service)?;
    let openid = are_openid(&grant.scopes).then(|| {
        Box::new(Authentication {
            session_id: Some(session.to_owned()),
            ..Authentication::default()
        })
    });
    Ok(Grant {
        subject: Some(subject.to_owned()),
        acr: claims.text("acr").map(str::to_owned),
        auth_time: claims
            .get("auth_time")
            .and_then(Value::as_i64)
            .unwrap_or_default(),
        session: Some(Box::from(session)),
        openid,
        ..grant
    })
}
