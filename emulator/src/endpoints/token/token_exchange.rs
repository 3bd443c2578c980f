//! The grant type `urn:ietf:params:oauth:grant-type:token-exchange` (RFC 8693). The authorization server
//! decides on the exchange: it gets the request after the tokens were checked against their types.

use authlete::types::{GrantType, TokenType};
use serde_json::Value;

use super::{TokenRequest, native_sso, response, token_info};
use crate::api_response::ApiResponse;
use crate::call::Call;
use crate::digest::Digest;
use crate::json::ObjectExt;
use crate::model::Parameters;
use crate::protocol::foreign_jwt::{ForeignJwt, JwtPolicy};
use crate::protocol::native_sso::{is_exchange, is_supported};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::protocol::{keys, resource, scopes};
use crate::result_code::{
    ACTOR_TOKEN_TYPE_UNEXPECTED, EXCHANGE_NOT_PERMITTED, EXCHANGE_OF_PUBLIC_CLIENT,
    EXCHANGED_ID_TOKEN_CLAIM, EXCHANGED_ID_TOKEN_SIGNATURE, EXCHANGED_TOKEN_EXPIRED,
    EXCHANGED_TOKEN_UNKNOWN, ResultCode, SUBJECT_TOKEN_MISSING, TOKEN_EXCHANGE, TOKEN_TYPE_MISSING,
    TOKEN_TYPE_UNKNOWN,
};
use crate::settings::ClientSettings;
use crate::store::{Client, Service};

fn policy(service: &Service) -> JwtPolicy {
    JwtPolicy {
        encrypted_rejected: service.settings.token_exchange_encrypted_jwt_rejected(),
        unsigned_rejected: service.settings.token_exchange_unsigned_jwt_rejected(),
    }
}

pub fn token_exchange(
    call: &Call,
    service: &mut Service,
    parameters: &Parameters,
) -> Result<ApiResponse, Refusal> {
    let is_native_sso = is_exchange(service, parameters);
    let insists = is_native_sso
        || service
            .settings
            .token_exchange_by_identifiable_clients_only();
    let grant_type = GrantType::TokenExchange;
    let request =
        TokenRequest::authenticate_if_identified(call, service, parameters, grant_type, insists)?;
    let client = request.as_ref().map(TokenRequest::client);
    check_permission(service, client)?;
    let invalid = OAuthError::invalid_request;
    let requested_type =
        token_type(parameters, "requested_token_type", service).map_err(invalid)?;
    let subject = parameters
        .get("subject_token")
        .ok_or(invalid(SUBJECT_TOKEN_MISSING))?;
    let subject_type = token_type(parameters, "subject_token_type", service)
        .and_then(|kind| kind.ok_or(TOKEN_TYPE_MISSING))
        .map_err(invalid)?;
    let actor = parameters.get("actor_token");
    let actor_type = token_type(parameters, "actor_token_type", service).map_err(invalid)?;
    let actor = match (actor, actor_type) {
        (None, None) => None,
        (None, Some(_)) => return Err(invalid(ACTOR_TOKEN_TYPE_UNEXPECTED).into()),
        (Some(_), None) => return Err(invalid(TOKEN_TYPE_MISSING).into()),
        (Some(actor), Some(kind)) => Some((actor, kind)),
    };
    if let (true, Some(request), Some((device_secret, _))) = (is_native_sso, &request, &actor) {
        let presented = native_sso::NativeSsoCredentials {
            id_token: subject,
            kind: &subject_type,
            device_secret,
        };
        return Ok(native_sso::exchange(request, service, &presented)?.build());
    }
    let resources = resource::requested(parameters)?;
    let none = ClientSettings::default();
    let settings = client.map_or(&none, |client| &client.settings);
    let scopes = scopes::requested(parameters, &service.settings, settings);
    let subject_info = check(subject, &subject_type, service, call).map_err(invalid)?;
    let response = ApiResponse::action(call.path, TOKEN_EXCHANGE, "TOKEN_EXCHANGE");
    let mut response = response::with_requester(response, service, request.as_ref())
        .with("grantType", GrantType::TokenExchange.as_str())
        .with("scopes", scopes)
        .with_optional("resources", response::list(&resources))
        .with_optional("audiences", response::list(parameters.all("audience")))
        .with_optional(
            "requestedTokenType",
            requested_type.map(|kind| kind.as_str().to_owned()),
        )
        .with("subjectToken", subject)
        .with("subjectTokenType", subject_type.as_str())
        .with_optional("subjectTokenInfo", subject_info);
    if let Some((actor, kind)) = actor {
        let info = check(actor, &kind, service, call).map_err(invalid)?;
        response = response
            .with("actorToken", actor)
            .with("actorTokenType", kind.as_str())
            .with_optional("actorTokenInfo", info);
    }
    Ok(response.build())
}

/// A service can restrict token exchange to confidential or permitted clients.
fn check_permission(service: &Service, client: Option<&Client>) -> Result<(), OAuthError> {
    let refuse = |code| Err(OAuthError::new("unauthorized_client", code));
    let is_confidential = client.is_some_and(Client::is_confidential);
    if service
        .settings
        .token_exchange_by_confidential_clients_only()
        && !is_confidential
    {
        return refuse(EXCHANGE_OF_PUBLIC_CLIENT);
    }
    let is_permitted = client
        .and_then(|client| client.settings.extension())
        .is_some_and(|extension| extension.token_exchange_permitted());
    if service.settings.token_exchange_by_permitted_clients_only() && !is_permitted {
        return refuse(EXCHANGE_NOT_PERMITTED);
    }
    Ok(())
}

/// A token type by its identifier (RFC 8693 §3). The type of device secrets needs Native SSO.
fn token_type(
    parameters: &Parameters,
    name: &str,
    service: &Service,
) -> Result<Option<TokenType>, ResultCode> {
    let known = |identifier| {
        TokenType::from_protocol_value(identifier)
            .filter(|kind| *kind != TokenType::DeviceSecret || is_supported(service))
            .ok_or(TOKEN_TYPE_UNKNOWN)
    };
    parameters.get(name).map(known).transpose()
}

/// Checks a token against its type. Returns the details of a token that the service issued.
fn check(
    token: &str,
    kind: &TokenType,
    service: &Service,
    call: &Call,
) -> Result<Option<Value>, ResultCode> {
    let digest = Digest::of(token);
    match kind {
        TokenType::AccessToken => {
            let found = service.tokens.by_access_token(&digest);
            let (_, record) = found.ok_or(EXCHANGED_TOKEN_UNKNOWN)?;
            match record.is_valid(call.now) {
                true => Ok(Some(token_info::of_access_token(service, record))),
                false => Err(EXCHANGED_TOKEN_EXPIRED),
            }
        }
        TokenType::RefreshToken => {
            let found = service.tokens.by_refresh_token(&digest);
            let (_, record) = found.ok_or(EXCHANGED_TOKEN_UNKNOWN)?;
            match &record.refresh_token {
                Some(token) if record.is_refreshable(call.now) => {
                    Ok(Some(token_info::of_refresh_token(service, record, token)))
                }
                _ => Err(EXCHANGED_TOKEN_EXPIRED),
            }
        }
        TokenType::Jwt => ForeignJwt::read(token, policy(service), service, call.now).map(|_| None),
        TokenType::IdToken => {
            if let Some(jwt) = ForeignJwt::read(token, policy(service), service, call.now)? {
                check_id_token(&jwt, service)?;
            }
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// Checks the claims and the signature of an ID token (OpenID Connect Core 1.0 §2).
fn check_id_token(jwt: &ForeignJwt, service: &Service) -> Result<(), ResultCode> {
    let claims = &jwt.claims;
    let issuer = claims.text("iss").ok_or(EXCHANGED_ID_TOKEN_CLAIM)?;
    let is_issuer = issuer.strip_prefix("https://").is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte))
    });
    let has_times = ["exp", "iat"].iter().all(|name| claims.contains_key(*name));
    let has_nonce = claims.get("nonce").is_none_or(Value::is_string);
    if !(is_issuer && has_times && has_nonce && jwt.audiences().is_some()) {
        return Err(EXCHANGED_ID_TOKEN_CLAIM);
    }
    if !jwt.is_signed() {
        return Ok(());
    }
    // The emulator does not fetch the keys of other issuers. A symmetric signature does not prove who signed, and the
    // service has no key to verify it.
    let own = service.issuer() == Some(issuer) && !jwt.jws.alg().starts_with("HS");
    match own && keys::of_service(service).verify(&jwt.jws) {
        true => Ok(()),
        false => Err(EXCHANGED_ID_TOKEN_SIGNATURE),
    }
}
