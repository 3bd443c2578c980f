//! ID tokens as hints about whom a client expects (OpenID Connect Core 1.0 §3.1.2.1).

use serde_json::Value;

use super::oauth_error::OAuthError;
use super::{client_signature, keys};
use crate::jose::Jws;
use crate::json::{Members, Object};
use crate::result_code::ID_TOKEN_HINT_WRONG;
use crate::store::{Client, Service};

/// The user of an ID token that the service issued to the client. It may have expired, but not be encrypted.
pub fn subject(hint: &str, service: &Service, client: &Client) -> Result<String, OAuthError> {
    read(hint, service, client).ok_or(OAuthError::invalid_request(ID_TOKEN_HINT_WRONG))
}

fn read(hint: &str, service: &Service, client: &Client) -> Option<String> {
    let jws = Jws::parse(hint).ok()?;
    let is_own = if client_signature::is_symmetric(jws.alg()) {
        client_signature::verify(&jws, client).is_ok()
    } else {
        let keys = keys::of_service(service);
        keys.candidates(jws.alg(), jws.kid())
            .any(|key| jws.verify(key))
    };
    let claims = jws.claims().filter(|_| is_own)?;
    // Other JWTs are signed with the same keys: only an ID token is for the client.
    let is_id_token = claims.text("iss") == service.issuer() && is_for(&claims, service, client);
    let subject = claims.text("sub").filter(|_| is_id_token)?;
    Some(subject.to_owned())
}

fn is_for(claims: &Object, service: &Service, client: &Client) -> bool {
    let is_client = |audience: &Value| {
        let named = audience.as_str().and_then(|id| service.client(id));
        named.is_some_and(|(named, _)| named.id() == client.id())
    };
    match claims.get("aud") {
        Some(Value::Array(audience)) => audience.iter().any(is_client),
        audience => audience.is_some_and(is_client),
    }
}
