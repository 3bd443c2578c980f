//! The requests of relying parties that are registered automatically (OpenID Federation 1.0 §12.1.1). Nobody knows them
//! but by their keys, so that each request has to be proven.

use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::{Members, Object};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::{jwt_audience, jwt_times};
use crate::result_code::{
    FEDERATION_OBJECT_AUDIENCE, REQUEST_OBJECT_ISSUER, REQUEST_OBJECT_NOT_ONCE,
    REQUEST_OBJECT_REPLAYED, REQUEST_OBJECT_SUBJECT,
};
use crate::store::{Client, Service};

/// Whether a client is one of these.
pub fn is_automatic(client: &Client) -> bool {
    client.settings.automatically_registered()
}

/// Whether nothing else than a request object could prove a request. At the pushed authorization request endpoint the
/// authentication of the client does (§12.1.1.2).
pub fn needs_request_object(client: &Client, front_channel: bool) -> bool {
    let is_unauthenticated = client.settings.token_auth_method() == Some("NONE");
    is_automatic(client) && (front_channel || is_unauthenticated)
}

/// Checks the claims of a request object whose signature is good: it is for the service alone, it is of the client under
/// its entity identifier, and it works once (§12.1.1.1).
pub fn check(
    call: &Call,
    service: &mut Service,
    client: &Client,
    claims: &Object,
) -> Result<(), OAuthError> {
    let invalid = |code| OAuthError::new("invalid_request_object", code);
    if !jwt_audience::is_only(claims, service.issuer().unwrap_or_default()) {
        return Err(invalid(FEDERATION_OBJECT_AUDIENCE));
    }
    let names = ["iss", "client_id"].map(|name| claims.text(name));
    if client.entity_id().is_none() || names.iter().any(|name| *name != client.entity_id()) {
        return Err(invalid(REQUEST_OBJECT_ISSUER));
    }
    // With a subject it would be a client assertion, too.
    if claims.contains_key("sub") {
        return Err(invalid(REQUEST_OBJECT_SUBJECT));
    }
    let once = claims.text("jti").zip(jwt_times::time(claims, "exp"));
    let (jti, end) = once.ok_or(invalid(REQUEST_OBJECT_NOT_ONCE))?;
    let id = Digest::of(&format!("request_object {} {jti}", client.id()));
    let until = after(end, service.clock_skew());
    match service.use_jwt_once(id, until, call.now) {
        true => Ok(()),
        false => Err(invalid(REQUEST_OBJECT_REPLAYED)),
    }
}
