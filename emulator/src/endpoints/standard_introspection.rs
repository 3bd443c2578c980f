//! `/auth/introspection/standard`: the introspection endpoint of RFC 7662, with JWT responses (RFC 9701).

use authlete::types::{JweAlg, JweEnc, JwsAlg};
use serde_json::{Value, json};

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::digest::Digest;
use crate::jose::{self, Jwk};
use crate::json::{Object, ObjectExt, present};
use crate::model::{Parameters, ParametersError};
use crate::protocol::keys;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::properties::properties;
use crate::protocol::refusal::usual_action;
use crate::protocol::token_response;
use crate::protocol::{access_token, authorization_details};
use crate::result_code::{
    ISSUER_MISSING, OTHER_JWT, ResultCode, STANDARD_INTROSPECTION_ENCRYPTION,
    STANDARD_INTROSPECTION_OK, STANDARD_INTROSPECTION_PARAMETER_REPEATED,
    STANDARD_INTROSPECTION_PARAMETERS_MISSING, STANDARD_INTROSPECTION_PARAMETERS_NONE,
    STANDARD_INTROSPECTION_RS_URI_MISSING, STANDARD_INTROSPECTION_SIGNATURE,
    STANDARD_INTROSPECTION_TOKEN_MISSING,
};
use crate::store::{Service, TokenRecord};

pub fn standard_introspection(call: &Call, service: &Service) -> Outcome {
    let response = |action, content: String| {
        ApiResponse::action(call.path, STANDARD_INTROSPECTION_OK, action)
            .with("responseContent", content)
    };
    let response = introspect(call, service).and_then(|introspection| {
        let is_jwt = call.body.text("httpAcceptHeader").is_some_and(accepts_jwt);
        Ok(match is_jwt {
            true => response("JWT", jwt(call, service, introspection)?),
            false => response("OK", Value::Object(introspection).to_string()),
        })
    });
    let refuse = |error: OAuthError| {
        let action = usual_action(&error);
        error.response(call.path, action, &service.settings)
    };
    Ok(response.unwrap_or_else(refuse).build())
}

/// The members of the response (RFC 7662 §2.2). A response about an inactive token has no details.
fn introspect(call: &Call, service: &Service) -> Result<Object, OAuthError> {
    let invalid = OAuthError::invalid_request;
    let parameters = Parameters::of_call(&call.body).map_err(|error| match error {
        ParametersError::Missing => {
            OAuthError::new("server_error", STANDARD_INTROSPECTION_PARAMETERS_MISSING)
        }
        ParametersError::Empty => invalid(STANDARD_INTROSPECTION_PARAMETERS_NONE),
        ParametersError::Repeated(_) => invalid(STANDARD_INTROSPECTION_PARAMETER_REPEATED),
    })?;
    let token = parameters
        .get("token")
        .ok_or(invalid(STANDARD_INTROSPECTION_TOKEN_MISSING))?;
    // The hint is an optimization only, and both lookups are cheap.
    let token = Digest::of(token);
    let tokens = &service.tokens;
    let found = match tokens.by_access_token(&token) {
        Some((_, record)) => record.is_valid(call.now).then_some((record, false)),
        None => {
            let found = tokens.by_refresh_token(&token);
            found
                .filter(|(_, record)| record.is_refreshable(call.now))
                .map(|(_, record)| (record, true))
        }
    };
    let for_resource_server = found.filter(|(record, is_refresh_token)| {
        let resources = match is_refresh_token {
            true => &record.grant.resources,
            false => record.resources(),
        };
        let requester = call.body.text("rsUri");
        resources.is_empty()
            || requester.is_none_or(|requester| resources.iter().any(|uri| uri == requester))
    });
    Ok(match for_resource_server {
        None => Object::from_iter([("active".to_owned(), false.into())]),
        Some((record, is_refresh_token)) => active(call, service, record, is_refresh_token),
    })
}

fn active(call: &Call, service: &Service, record: &TokenRecord, is_refresh_token: bool) -> Object {
    let grant = &record.grant;
    let with_hidden = call.body.flag("withHiddenProperties");
    let mut members = properties(grant.properties.as_deref(), with_hidden);
    let (scopes, end) = match &record.refresh_token {
        Some(token) if is_refresh_token => (&token.scopes, token.expires_at),
        _ => (&grant.scopes, record.access_token_expires_at),
    };
    let details = grant.authorization_details.as_deref();
    let (resources, details) = match is_refresh_token {
        true => (grant.resources.as_slice(), details),
        false => (record.resources(), record.authorization_details()),
    };
    let client = service.clients.by_id(grant.client_id);
    let client_id = match client {
        Some(client) => client.identifier(grant.client_named_by),
        None => grant.client_id.to_string(),
    };
    let token_type = match is_refresh_token {
        true => None,
        false => Some(token_response::token_type(service, record)),
    };
    let issued_at = record.created_at.max(record.last_refreshed_at);
    let known = [
        ("active", Some(Value::Bool(true))),
        (
            "scope",
            (!scopes.is_empty()).then(|| scopes.join(" ").into()),
        ),
        ("client_id", Some(client_id.into())),
        ("token_type", token_type.map(Value::from)),
        ("exp", Some((end / 1000).into())),
        ("iat", Some((issued_at / 1000).into())),
        ("sub", grant.subject.as_deref().map(Value::from)),
        ("aud", audience(resources)),
        ("iss", service.issuer().map(Value::from)),
        ("cnf", access_token::confirmation(record)),
        (
            "authorization_details",
            details.map(authorization_details::to_array),
        ),
        ("acr", grant.acr.as_deref().map(Value::from)),
        (
            "auth_time",
            (grant.auth_time > 0).then(|| grant.auth_time.into()),
        ),
    ];
    members.extend(present(known));
    members
}

/// The `aud` for the resources of a token (RFC 8707 §2).
fn audience(resources: &[String]) -> Option<Value> {
    (!resources.is_empty()).then(|| resources.into())
}

/// Whether an `Accept` header asks for a JWT response (RFC 9701 §4).
fn accepts_jwt(accept: &str) -> bool {
    accept.split(',').any(|range| {
        let media_type = range.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case("application/token-introspection+jwt")
    })
}

/// The response as a JWT for the requesting resource server (RFC 9701 §5).
fn jwt(call: &Call, service: &Service, introspection: Object) -> Result<String, OAuthError> {
    let missing = OAuthError::invalid_request(STANDARD_INTROSPECTION_RS_URI_MISSING);
    let audience = call.body.text("rsUri").ok_or(missing)?;
    let issuer = service.issuer().ok_or(misconfigured(ISSUER_MISSING))?;
    let claims = json!({
        "iss": issuer,
        "aud": audience,
        "iat": call.now / 1000,
        "token_introspection": introspection,
    });
    let header = Object::from_iter([("typ".to_owned(), "token-introspection+jwt".into())]);
    let unsigned = || misconfigured(STANDARD_INTROSPECTION_SIGNATURE);
    let alg = call.body.text("introspectionSignAlg").map(JwsAlg::from);
    let alg = alg.unwrap_or(JwsAlg::Rs256);
    let alg = alg.protocol_value().ok_or_else(unsigned)?;
    let key = if jose::is_symmetric(alg) {
        let key = call.body.text("sharedKeyForSign").unwrap_or_default();
        Jwk::secret(key.as_bytes())
    } else {
        keys::signing_key(
            service,
            alg,
            service.settings.introspection_signature_key_id(),
            &OTHER_JWT,
        )?
    };
    let jwt = jose::sign(alg, &key, header, claims.to_string().as_bytes());
    let jwt = jwt.map_err(|_| unsigned())?;
    match call.body.text("introspectionEncryptionAlg") {
        None => Ok(jwt),
        Some(alg) => {
            let jwe = encrypt(call, &JweAlg::from(alg), &jwt);
            jwe.ok_or_else(|| misconfigured(STANDARD_INTROSPECTION_ENCRYPTION))
        }
    }
}

/// Encrypts the JWT for the resource server, to its public key or with a key derived from the shared key.
fn encrypt(call: &Call, alg: &JweAlg, jwt: &str) -> Option<String> {
    let enc = call.body.text("introspectionEncryptionEnc");
    let enc = enc.map_or(JweEnc::A128cbcHs256, JweEnc::from);
    let (alg, enc) = (alg.protocol_value()?, enc.protocol_value()?);
    let is_asymmetric = alg.starts_with("RSA") || alg.starts_with("ECDH");
    let key = if is_asymmetric {
        let key = call.body.text("publicKeyForEncryption")?;
        Jwk::parse(serde_json::from_str(key).ok()?).ok()?
    } else {
        let key = call.body.text("sharedKeyForEncryption")?;
        Jwk::derived_from_secret(key.as_bytes(), alg, enc).ok()?
    };
    let header = Object::from_iter([("cty".to_owned(), "JWT".into())]);
    jose::encrypt(alg, enc, &key, header, jwt.as_bytes()).ok()
}

/// The error for a call or a service that lacks data.
fn misconfigured(code: ResultCode) -> OAuthError {
    OAuthError::new("server_error", code)
}
