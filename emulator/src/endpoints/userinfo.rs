//! `/auth/userinfo`: what a client may learn about a user (OpenID Connect Core 1.0 §5.3).

use serde_json::Value;

use super::shown::with_client_of_grant;
use crate::call::Call;
use crate::digest::Digest;
use crate::json::{Members, Object};
use crate::protocol::keys::{self, Signature};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::{dpop, proof_of_possession, scope_claims};
use crate::reply::{Answer, Outcome, Reply};
use crate::result_code::{
    USERINFO_CLAIMS_MALFORMED, USERINFO_ISSUE_OK, USERINFO_NO_SUBJECT, USERINFO_OK, USERINFO_SCOPE,
    USERINFO_TOKEN_EXPIRED, USERINFO_TOKEN_MISSING, USERINFO_TOKEN_UNKNOWN,
};
use crate::store::{Binding, Client, Grant, Service, TokenRecord};

/// Why there is no userinfo: the action, the error for the client, and what the token is bound to.
struct Refusal {
    action: &'static str,
    error: OAuthError,
    binding: Binding,
}

impl Refusal {
    fn new(action: &'static str, error: OAuthError) -> Box<Self> {
        Box::new(Self {
            action,
            error,
            binding: Binding::default(),
        })
    }
}

/// Says which claims are asked for.
pub fn userinfo(call: &Call, service: &mut Service) -> Outcome {
    let checked = presented(call, service).and_then(|record| {
        let token = call.body.text("token").unwrap_or_default();
        let possession = proof_of_possession::check(call, service, &record.binding, token);
        possession.map_err(|error| {
            Box::new(Refusal {
                action: if error.error == "invalid_request" {
                    "BAD_REQUEST"
                } else {
                    "UNAUTHORIZED"
                },
                error,
                binding: record.binding.clone(),
            })
        })?;
        Ok(record)
    });
    let answer = match checked {
        Err(refusal) => refuse(call, service, *refusal),
        Ok(record) => describe(call, service, &record.grant),
    };
    dpop::with_nonce(call, service, Ok(answer.reply()))
}

/// Makes the response out of the claims that the caller has collected.
pub fn issue(call: &Call, service: &mut Service) -> Outcome {
    let made = presented(call, service).and_then(|record| respond(call, service, &record.grant));
    let answer = made.unwrap_or_else(|refusal| refuse(call, service, *refusal));
    Ok(answer.reply())
}

/// The token of the request, when it is good for userinfo.
fn presented(call: &Call, service: &Service) -> Result<TokenRecord, Box<Refusal>> {
    let invalid_token = |code| Refusal::new("UNAUTHORIZED", OAuthError::new("invalid_token", code));
    let token = call.body.text("token").ok_or_else(|| {
        let error = OAuthError::invalid_request(USERINFO_TOKEN_MISSING);
        Refusal::new("BAD_REQUEST", error)
    })?;
    let (_, record) = service
        .tokens
        .by_access_token(&Digest::of(token))
        .ok_or_else(|| invalid_token(USERINFO_TOKEN_UNKNOWN))?;
    if !record.is_valid(call.now) {
        return Err(invalid_token(USERINFO_TOKEN_EXPIRED));
    }
    if record.grant.subject.is_none() {
        return Err(invalid_token(USERINFO_NO_SUBJECT));
    }
    if !record.grant.scopes.iter().any(|scope| scope == "openid") {
        let error = OAuthError::new("insufficient_scope", USERINFO_SCOPE);
        return Err(Refusal::new("FORBIDDEN", error));
    }
    Ok(record.clone())
}

fn refuse(call: &Call, service: &Service, refusal: Refusal) -> Answer {
    let Refusal {
        action,
        error,
        binding,
    } = refusal;
    let challenge = proof_of_possession::challenge(&error, &binding, &[], &service.settings);
    Reply::action(call.path, error.code, action).with("responseContent", challenge)
}

fn describe(call: &Call, service: &Service, grant: &Grant) -> Answer {
    let openid = grant.openid.as_deref();
    let requested = openid.and_then(|openid| openid.requested_claims.as_ref());
    let of_userinfo = requested.and_then(|requested| requested.object("userinfo"));
    let claims = requested_claims(grant, of_userinfo);
    let answer = Reply::action(call.path, USERINFO_OK, "OK");
    with_client_of_grant(answer, service, grant)
        .with_some("subject", grant.subject.as_deref())
        .with("scopes", grant.scopes.clone())
        .with_some("claims", (!claims.is_empty()).then_some(claims))
        .with_some("token", call.body.text("token"))
        .with_some("properties", grant.properties.as_deref().cloned())
        .with_some(
            "userInfoClaims",
            of_userinfo.map(|claims| Value::Object(claims.clone()).to_string()),
        )
        .with_some(
            "consentedClaims",
            openid.and_then(|openid| openid.consented_claims.clone()),
        )
}

/// The claims that the scopes stand for (OpenID Connect Core 1.0 §5.4), and those that the request names (§5.5).
fn requested_claims(grant: &Grant, of_userinfo: Option<&Object>) -> Vec<String> {
    let of_scopes = scope_claims::names(&grant.scopes).unwrap_or_default();
    let named = of_userinfo.into_iter().flat_map(Object::keys);
    let mut claims = Vec::<String>::new();
    for claim in of_scopes.into_iter().chain(named.map(String::as_str)) {
        if claim != "sub" && !claims.iter().any(|known| known == claim) {
            claims.push(claim.to_owned());
        }
    }
    claims
}

fn respond(call: &Call, service: &Service, grant: &Grant) -> Result<Answer, Box<Refusal>> {
    let claims = claims(call, grant)?;
    let answer = |action| Reply::action(call.path, USERINFO_ISSUE_OK, action);
    let client = service.clients.by_id(grant.client_id);
    let protected = client.filter(|client| {
        let settings = &client.settings;
        settings.text("userInfoSignAlg").is_some()
            || settings.text("userInfoEncryptionAlg").is_some()
    });
    match protected {
        None => Ok(answer("JSON").with("responseContent", Value::Object(claims).to_string())),
        Some(client) => {
            let jwt = jwt(service, client, claims);
            let jwt = jwt.map_err(|error| Refusal::new("INTERNAL_SERVER_ERROR", error))?;
            Ok(answer("JWT").with("responseContent", jwt))
        }
    }
}

/// What the caller gives, and who it is about.
fn claims(call: &Call, grant: &Grant) -> Result<Object, Box<Refusal>> {
    let given = match call.body.text("claims") {
        None => Object::new(),
        Some(text) => serde_json::from_str(text).map_err(|_| {
            let error = OAuthError::new("server_error", USERINFO_CLAIMS_MALFORMED);
            Refusal::new("INTERNAL_SERVER_ERROR", error)
        })?,
    };
    let of_grant = || {
        grant
            .openid
            .as_deref()
            .and_then(|openid| openid.sub.as_deref())
    };
    let sub = call.body.text("sub").or_else(of_grant);
    let sub = sub.or(grant.subject.as_deref()).unwrap_or_default();
    let mut claims = Object::from_iter([("sub".to_owned(), Value::from(sub))]);
    let given = given
        .into_iter()
        .filter(|(name, value)| name != "sub" && !value.is_null());
    claims.extend(given);
    Ok(claims)
}

/// The response as a JWT: signed, encrypted, or first the one and then the other (OpenID Connect Core 1.0 §5.3.2).
fn jwt(service: &Service, client: &Client, mut claims: Object) -> Result<String, OAuthError> {
    let (alg, enc) = ("userInfoEncryptionAlg", "userInfoEncryptionEnc");
    let Some(signature_alg) = client.settings.text("userInfoSignAlg") else {
        let claims = Value::Object(claims).to_string();
        return keys::encrypt_if_registered(&claims, "json", client, alg, enc);
    };
    if let Some(issuer) = service.issuer() {
        claims.insert("iss".to_owned(), issuer.into());
    }
    claims.insert("aud".to_owned(), client.id().to_string().into());
    let signature = Signature {
        alg: signature_alg,
        key_id_setting: "userInfoSignatureKeyId",
    };
    let jwt = signature.sign(service, client, Object::new(), claims)?;
    keys::encrypt_if_registered(&jwt, "JWT", client, alg, enc)
}
