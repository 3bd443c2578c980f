//! ID tokens as hints about whom a client expects (OpenID Connect Core 1.0 §3.1.2.1).

use serde_json::Value;

use super::oauth_error::OAuthError;
use super::{client_signature, jwt_audience, keys, logout_token};
use crate::jose::{self, Jws};
use crate::json::{Members, Object};
use crate::result_code::ID_TOKEN_HINT_WRONG;
use crate::store::{Client, Service};

/// The user of an ID token that the service issued to the client. It may have expired, but not be encrypted.
pub fn subject(hint: &str, service: &Service, client: &Client) -> Result<String, OAuthError> {
    read(hint, service, client).ok_or(OAuthError::invalid_request(ID_TOKEN_HINT_WRONG))
}

fn read(hint: &str, service: &Service, client: &Client) -> Option<String> {
    let claims = claims(hint, service, client)?;
    claims.text("sub").map(str::to_owned)
}

/// The claims of an ID token that the service issued to whichever of its clients.
pub fn claims_for_any(id_token: &str, service: &Service) -> Option<Object> {
    let unverified = Jws::parse(id_token).ok()?.claims()?;
    let audience = match unverified.get("aud")? {
        Value::Array(audiences) => audiences.first()?,
        audience => audience,
    };
    let (client, _) = service.client(audience.as_str()?)?;
    claims(id_token, service, client)
}

/// The claims of an ID token that the service issued to the client.
fn claims(id_token: &str, service: &Service, client: &Client) -> Option<Object> {
    let jws = Jws::parse(id_token).ok()?;
    let is_own = if jose::is_symmetric(jws.alg()) {
        client_signature::verify(&jws, client).is_ok()
    } else {
        keys::of_service(service).verify(&jws)
    };
    let claims = jws.claims().filter(|_| is_own)?;
    // Other JWTs are signed with the same keys: only ID tokens and logout tokens are for the client.
    let is_id_token = claims.text("iss") == service.issuer()
        && is_for(&claims, service, client)
        && jws.header.text("typ") != Some(logout_token::TYPE);
    is_id_token.then_some(claims)
}

fn is_for(claims: &Object, service: &Service, client: &Client) -> bool {
    jwt_audience::has(claims, |audience| {
        let named = service.client(audience);
        named.is_some_and(|(named, _)| named.id() == client.id())
    })
}
