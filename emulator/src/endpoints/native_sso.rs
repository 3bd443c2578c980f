//! `/nativesso`: token responses for apps that share a session, and the logout from that session (OpenID Connect Native
//! SSO for Mobile Apps 1.0).

use std::sync::Arc;

use authlete::types::TokenType;
use serde_json::Value;

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::digest::Digest;
use crate::json::{Object, ObjectExt};
use crate::protocol::id_token::IdToken;
use crate::protocol::issuance::Issued;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::user_grant::object;
use crate::protocol::{native_sso, token_response};
use crate::result_code::{
    NATIVE_SSO_ACCESS_TOKEN_MISSING, NATIVE_SSO_ACCESS_TOKEN_UNKNOWN, NATIVE_SSO_CLIENT_GONE,
    NATIVE_SSO_DEVICE_SECRET_MISSING, NATIVE_SSO_JSON_MALFORMED, NATIVE_SSO_LOGOUT_OK,
    NATIVE_SSO_LOGOUT_SESSION_MISSING, NATIVE_SSO_NO_SESSION, NATIVE_SSO_OFF, NATIVE_SSO_OK,
    NATIVE_SSO_REFRESH_TOKEN_OTHER, ResultCode,
};
use crate::store::{Authentication, Client, Grant, RecordId, Service, TokenRecord};

/// Creates the token response, with the session ID and the hash of the device secret in the ID token.
pub fn native_sso(call: &Call, service: &Service) -> Outcome {
    let tokens = match SessionTokens::read(call, service) {
        Ok(tokens) => tokens,
        Err(code) => return Ok(ApiResponse::action(call.path, code, "CALLER_ERROR").build()),
    };
    let response = match tokens.id_token(call, service) {
        Err(error) => error.response(call.path, "INTERNAL_SERVER_ERROR", &service.settings),
        Ok(id_token) => {
            let content = tokens.content(call, service, id_token.clone());
            ApiResponse::action(call.path, NATIVE_SSO_OK, "OK")
                .with("responseContent", Value::Object(content).to_string())
                .with("idToken", id_token)
        }
    };
    Ok(response.build())
}

/// Revokes the tokens of a session.
pub fn logout(call: &Call, service: &mut Service) -> Outcome {
    let Some(session) = call.body.text("sessionId") else {
        let code = NATIVE_SSO_LOGOUT_SESSION_MISSING;
        return Ok(ApiResponse::action(call.path, code, "CALLER_ERROR").build());
    };
    let count = service.tokens.revoke_session(session);
    let response = ApiResponse::action(call.path, NATIVE_SSO_LOGOUT_OK, "OK").with("count", count);
    Ok(response.build())
}

/// The tokens of a call, and the contents of their ID token.
struct SessionTokens<'a> {
    id: RecordId,
    record: &'a TokenRecord,
    client: &'a Arc<Client>,
    /// The access token in the form that the client gets.
    access_token: &'a str,
    device_secret: &'a str,
    grant: Grant,
    /// Claims of the ID token besides the user's claims.
    claims: Object,
}

/// Claims from the authorization request, not about the user, which the caller passes on.
const REQUEST_CLAIMS: [&str; 2] = ["nonce", "s_hash"];

impl<'a> SessionTokens<'a> {
    fn read(call: &'a Call, service: &'a Service) -> Result<Self, ResultCode> {
        let request = &call.body;
        if !native_sso::is_supported(service) {
            return Err(NATIVE_SSO_OFF);
        }
        let access_token = request.text("accessToken");
        let access_token = access_token.ok_or(NATIVE_SSO_ACCESS_TOKEN_MISSING)?;
        let device_secret = request.text("deviceSecret");
        let device_secret = device_secret.ok_or(NATIVE_SSO_DEVICE_SECRET_MISSING)?;
        let (id, record) = find(access_token, call, service)?;
        let client = service.clients.by_id(record.grant.client_id);
        let claims = object(request, "claims").map_err(|_| NATIVE_SSO_JSON_MALFORMED)?;
        let claims = claims.unwrap_or_default();
        Ok(Self {
            id,
            record,
            client: client.ok_or(NATIVE_SSO_CLIENT_GONE)?,
            access_token,
            device_secret,
            claims: additional_claims(request, device_secret, &claims),
            grant: with_user_claims(request, &record.grant, claims)?,
        })
    }

    fn id_token(&self, call: &Call, service: &Service) -> Result<String, OAuthError> {
        let id_token = IdToken {
            service,
            client: self.client,
            grant: &self.grant,
            bound: &[("at_hash", self.access_token)],
            claims: self.claims.clone(),
            front_channel: false,
            now: call.now,
        };
        id_token.issue()
    }

    /// The members of the token response (§3.4, §4.4).
    fn content(&self, call: &Call, service: &Service, id_token: String) -> Object {
        let issued = Issued {
            record: self.id,
            access_token: self.access_token.to_owned(),
            jwt: None,
            refresh_token: call.body.text("refreshToken").map(str::to_owned),
            id_token: Some(id_token),
        };
        let mut content = token_response::members(service, self.record, &issued, call.now);
        let additional = [
            ("device_secret", Some(self.device_secret)),
            ("issued_token_type", TokenType::AccessToken.protocol_value()),
        ];
        for (name, value) in additional {
            content.insert(name.to_owned(), value.into());
        }
        content
    }
}

/// The record of an access token that has a session and, if the call has a refresh token, that refresh token.
fn find<'a>(
    access_token: &str,
    call: &Call,
    service: &'a Service,
) -> Result<(RecordId, &'a TokenRecord), ResultCode> {
    let found = service.tokens.by_access_token(&Digest::of(access_token));
    let found = found.filter(|(_, record)| record.is_valid(call.now));
    let (id, record) = found.ok_or(NATIVE_SSO_ACCESS_TOKEN_UNKNOWN)?;
    if record.grant.session.is_none() {
        return Err(NATIVE_SSO_NO_SESSION);
    }
    let given = call.body.text("refreshToken").map(Digest::of);
    let own = record.refresh_token.as_ref().map(|token| token.digest);
    match given.is_none() || given == own {
        true => Ok((id, record)),
        false => Err(NATIVE_SSO_REFRESH_TOKEN_OTHER),
    }
}

/// The hash of the device secret, and the claims that the caller passes on.
fn additional_claims(request: &Object, device_secret: &str, given: &Object) -> Object {
    let mut claims = given.clone();
    claims.retain(|name, value| REQUEST_CLAIMS.contains(&name.as_str()) && !value.is_null());
    let hash = match request.text("deviceSecretHash") {
        Some(hash) => hash.to_owned(),
        None => Digest::of(device_secret).to_string(),
    };
    claims.insert("ds_hash".to_owned(), hash.into());
    claims
}

/// The grant with the user's claims of the call, which take precedence over those of the authorization.
fn with_user_claims(request: &Object, grant: &Grant, claims: Object) -> Result<Grant, ResultCode> {
    let text = |name| request.text(name).map(str::to_owned);
    let header = object(request, "idtHeaderParams").map_err(|_| NATIVE_SSO_JSON_MALFORMED)?;
    let granted = grant.openid.as_deref().map(|openid| openid.claims.clone());
    let mut user_claims = granted.unwrap_or_default();
    user_claims.extend(claims);
    let openid = Authentication {
        sub: text("sub"),
        claims: user_claims,
        session_id: grant.session.as_deref().map(str::to_owned),
        header: header.unwrap_or_default(),
        audience_type: text("idTokenAudType"),
        ..Authentication::default()
    };
    Ok(Grant {
        openid: Some(Box::new(openid)),
        ..grant.clone()
    })
}
