//! Requests of automatically registered relying parties (OpenID Federation 1.0 §12.1.1). They are known only by their keys,
//! so each request needs proof of possession.

use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::{Object, ObjectExt};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::{jwt_audience, jwt_times};
use crate::result_code::{
    FEDERATION_OBJECT_AUDIENCE, REQUEST_OBJECT_ISSUER, REQUEST_OBJECT_JTI_OR_EXP_MISSING,
    REQUEST_OBJECT_REPLAYED, REQUEST_OBJECT_SUBJECT,
};
use crate::store::{Client, Service};

/// Whether a client was registered automatically.
pub fn is_automatic(client: &Client) -> bool {
    client.settings.automatically_registered()
}

/// Whether a request needs a request object as its proof. At the pushed authorization request endpoint, client
/// authentication is a proof too (§12.1.1.2).
pub fn needs_request_object(client: &Client, front_channel: bool) -> bool {
    let is_unauthenticated = client.settings.token_auth_method() == Some("NONE");
    is_automatic(client) && (front_channel || is_unauthenticated)
}

/// Checks the claims of a verified request object: its only audience is the service, its issuer is the entity identifier
/// of the client, and it was not used before (§12.1.1.1).
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
    // With a subject it could be used as a client assertion.
    if claims.contains_key("sub") {
        return Err(invalid(REQUEST_OBJECT_SUBJECT));
    }
    let once = claims.text("jti").zip(jwt_times::time(claims, "exp"));
    let (jti, end) = once.ok_or(invalid(REQUEST_OBJECT_JTI_OR_EXP_MISSING))?;
    let id = Digest::of(&format!("request_object {} {jti}", client.id()));
    let until = after(end, service.clock_skew());
    match service.use_jwt_once(id, until, call.now) {
        true => Ok(()),
        false => Err(invalid(REQUEST_OBJECT_REPLAYED)),
    }
}
