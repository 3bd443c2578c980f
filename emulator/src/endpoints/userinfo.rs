//! `/auth/userinfo`: the UserInfo endpoint (OpenID Connect Core 1.0 §5.3).

use authlete::types::GrantType;
use serde_json::Value;

use super::response_members::{list, with_client_of_token};
use crate::api_response::{ApiResponse, Outcome, ResponseBuilder};
use crate::call::Call;
use crate::clock::Millis;
use crate::digest::Digest;
use crate::json::{Object, ObjectExt};
use crate::protocol::fapi::{self, Profiles};
use crate::protocol::keys::{self, Signature};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::{claims_parameter, consented_claims, dpop, proof_of_possession, scopes};
use crate::result_code::{
    OTHER_JWT, ResultCode, USERINFO_CLAIMS_MALFORMED, USERINFO_ISSUE_OK, USERINFO_OK,
    UserInfoCodes, userinfo_codes,
};
use crate::store::{Binding, Client, Grant, Service, TokenRecord};

/// Why a UserInfo request is rejected: the action, the error for the client, and the binding of the token.
struct UserInfoRefusal {
    action: &'static str,
    error: OAuthError,
    binding: Binding,
}

impl UserInfoRefusal {
    fn new(action: &'static str, error: OAuthError) -> Box<Self> {
        Box::new(Self {
            action,
            error,
            binding: Binding::default(),
        })
    }

    /// Adds the binding of the token.
    fn of(mut self: Box<Self>, record: &TokenRecord) -> Box<Self> {
        self.binding = record.binding().clone();
        self
    }
}

/// Checks the access token, and reports the requested claims.
pub fn userinfo(call: &Call, service: &mut Service) -> Outcome {
    let checked = check_token(call, service).and_then(|record| {
        let token = call.body.text("token").unwrap_or_default();
        let possession = proof_of_possession::check(call, service, record.binding(), token);
        match possession {
            Ok(()) => Ok(record),
            Err(error) => {
                let action = proof_of_possession::action(&error);
                Err(UserInfoRefusal::new(action, error).of(&record))
            }
        }
    });
    let response = match checked {
        Err(refusal) => refuse(call, service, *refusal),
        Ok(record) => describe(call, service, &record),
    };
    dpop::with_nonce(call, service, Ok(response.build()))
}

/// Creates the response from the claims that the caller has collected.
pub fn issue(call: &Call, service: &mut Service) -> Outcome {
    let made = check_token(call, service).and_then(|record| {
        let response = respond(call, service, &record.grant);
        response.map_err(|refusal| refusal.of(&record))
    });
    let response = made.unwrap_or_else(|refusal| refuse(call, service, *refusal));
    Ok(response.build())
}

/// The token of the request, if it is valid at the UserInfo endpoint.
fn check_token(call: &Call, service: &Service) -> Result<TokenRecord, Box<UserInfoRefusal>> {
    let codes = userinfo_codes(call.operation);
    let token = call.body.text("token").ok_or_else(|| {
        let error = OAuthError::invalid_request(codes.token_missing);
        UserInfoRefusal::new("BAD_REQUEST", error)
    })?;
    let (_, record) = service
        .tokens
        .by_access_token(&Digest::of(token))
        .ok_or_else(|| {
            invalid_token(match call.other_service_ids.contains(token) {
                true => codes.token_of_another_service,
                false => codes.token_unknown,
            })
        })?;
    match rejection(record, call.now, &codes) {
        None => Ok(record.clone()),
        Some(refusal) => Err(refusal.of(record)),
    }
}

fn invalid_token(code: ResultCode) -> Box<UserInfoRefusal> {
    UserInfoRefusal::new("UNAUTHORIZED", OAuthError::new("invalid_token", code))
}

/// Why an existing token is not valid at the UserInfo endpoint.
fn rejection(
    record: &TokenRecord,
    now: Millis,
    codes: &UserInfoCodes,
) -> Option<Box<UserInfoRefusal>> {
    if !record.is_valid(now) {
        return Some(invalid_token(match &record.refresh_token {
            None => codes.token_expired,
            Some(_) if record.is_refreshable(now) => codes.token_expired_refreshable,
            Some(_) => codes.tokens_expired,
        }));
    }
    if record.grant.subject.is_none() {
        return Some(invalid_token(codes.no_subject));
    }
    if !scopes::are_openid(&record.grant.scopes) {
        let error = OAuthError::new("insufficient_scope", codes.scope);
        return Some(UserInfoRefusal::new("FORBIDDEN", error));
    }
    if record.grant.grant_type == GrantType::Password {
        return Some(invalid_token(codes.password_grant));
    }
    None
}

fn refuse(call: &Call, service: &Service, refusal: UserInfoRefusal) -> ResponseBuilder {
    let UserInfoRefusal {
        action,
        error,
        binding,
    } = refusal;
    let challenge = proof_of_possession::challenge(&error, &binding, &[], &service.settings);
    ApiResponse::action(call.path, error.code, action).with("responseContent", challenge)
}

fn describe(call: &Call, service: &Service, record: &TokenRecord) -> ResponseBuilder {
    let grant = &record.grant;
    let openid = grant.openid.as_deref();
    let requested = openid.and_then(|openid| openid.requested_claims.as_ref());
    let claims = claims_parameter::at_userinfo(requested, &grant.scopes);
    let response = ApiResponse::action(call.path, USERINFO_OK, "OK");
    with_client_of_token(response, service, record)
        .with_optional("subject", grant.subject.as_deref())
        .with("scopes", grant.scopes.clone())
        .with_optional("claims", claims)
        .with_optional("token", call.body.text("token"))
        .with_optional("properties", grant.properties.as_deref().cloned())
        .with_optional(
            "userInfoClaims",
            claims_parameter::member(requested, "userinfo"),
        )
        .with_optional(
            "transformedClaims",
            claims_parameter::member(requested, "transformed_claims"),
        )
        .with_optional("consentedClaims", list(&consented_claims::of(grant)))
}

fn respond(
    call: &Call,
    service: &Service,
    grant: &Grant,
) -> Result<ResponseBuilder, Box<UserInfoRefusal>> {
    let claims = claims(call, grant)?;
    let response = |action| ApiResponse::action(call.path, USERINFO_ISSUE_OK, action);
    let client = service.clients.by_id(grant.client_id);
    let protected = client.filter(|client| {
        let settings = &client.settings;
        settings.user_info_sign_alg().is_some() || settings.user_info_encryption_alg().is_some()
    });
    match protected {
        None => Ok(response("JSON").with("responseContent", Value::Object(claims).to_string())),
        Some(client) => {
            let profiles = Profiles::of(service, client, &grant.scopes);
            fapi::check_userinfo(&profiles, client).map_err(|code| {
                UserInfoRefusal::new("BAD_REQUEST", OAuthError::invalid_request(code))
            })?;
            let audience = client.identifier(grant.client_named_by);
            let jwt = jwt(service, client, claims, audience);
            let jwt = jwt.map_err(|error| UserInfoRefusal::new("INTERNAL_SERVER_ERROR", error))?;
            Ok(response("JWT").with("responseContent", jwt))
        }
    }
}

/// The claims of the caller, and `sub`.
fn claims(call: &Call, grant: &Grant) -> Result<Object, Box<UserInfoRefusal>> {
    let given = match call.body.text("claims") {
        None => Object::new(),
        Some(text) => serde_json::from_str(text).map_err(|_| {
            let error = OAuthError::new("server_error", USERINFO_CLAIMS_MALFORMED);
            UserInfoRefusal::new("INTERNAL_SERVER_ERROR", error)
        })?,
    };
    // As in Authlete, a custom `sub` of the ID token does not apply here: the caller passes it again.
    let sub = call.body.text("sub").or(grant.subject.as_deref());
    let sub = sub.unwrap_or_default();
    let mut claims = Object::from_iter([("sub".to_owned(), Value::from(sub))]);
    let given = given
        .into_iter()
        .filter(|(name, value)| name != "sub" && !value.is_null());
    claims.extend(given);
    Ok(claims)
}

/// The response as a JWT: signed, encrypted, or signed and then encrypted (OpenID Connect Core 1.0 §5.3.2).
fn jwt(
    service: &Service,
    client: &Client,
    mut claims: Object,
    audience: String,
) -> Result<String, OAuthError> {
    let settings = &client.settings;
    let algorithms = (
        settings.user_info_encryption_alg(),
        settings.user_info_encryption_enc(),
    );
    let Some(signature_alg) = settings.user_info_sign_alg() else {
        let claims = Value::Object(claims).to_string();
        return keys::encrypt_if_registered(&claims, "json", client, algorithms, &OTHER_JWT);
    };
    if let Some(issuer) = service.issuer() {
        claims.insert("iss".to_owned(), issuer.into());
    }
    claims.insert("aud".to_owned(), audience.into());
    let signature = Signature {
        alg: signature_alg,
        key_id: service.settings.user_info_signature_key_id(),
        codes: &OTHER_JWT,
    };
    let jwt = signature.sign(service, client, Object::new(), claims)?;
    keys::encrypt_if_registered(&jwt, "JWT", client, algorithms, &OTHER_JWT)
}
