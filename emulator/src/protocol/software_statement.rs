//! Software statements (RFC 7591 §2.3).

use super::jwt_times;
use super::keys;
use super::oauth_error::OAuthError;
use crate::clock::Millis;
use crate::jose::{Jwe, Jws};
use crate::json::{Object, ObjectExt};
use crate::result_code::{
    STATEMENT_ENCRYPTED, STATEMENT_MALFORMED, STATEMENT_NOT_APPROVED, STATEMENT_PAYLOAD,
    STATEMENT_REFUSED, STATEMENT_UNSIGNED,
};
use crate::store::Service;

/// Claims of the JWT itself, which are not metadata.
const CLAIMS_OF_JWT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// Replaces the client's metadata by those in its software statement.
///
/// Authlete's API has no setting for trusted issuers of statements. Here a service trusts statements that are signed with
/// its own keys.
pub fn apply(metadata: &Object, service: &Service, now: Millis) -> Result<Object, OAuthError> {
    let mut metadata = metadata.clone();
    let Some(statement) = metadata
        .get("software_statement")
        .filter(|value| !value.is_null())
    else {
        return Ok(metadata);
    };
    let invalid = |code| OAuthError::new("invalid_software_statement", code);
    let unapproved = |code| OAuthError::new("unapproved_software_statement", code);
    let text = statement.as_str().ok_or(invalid(STATEMENT_MALFORMED))?;
    let statement = Jws::parse(text).map_err(|_| {
        invalid(match Jwe::parse(text) {
            Ok(_) => STATEMENT_ENCRYPTED,
            Err(_) => STATEMENT_MALFORMED,
        })
    })?;
    if statement.is_unsigned() {
        return Err(unapproved(STATEMENT_UNSIGNED));
    }
    let claims = statement.claims().ok_or(invalid(STATEMENT_PAYLOAD))?;
    claims.text("iss").ok_or(invalid(STATEMENT_REFUSED))?;
    if !jwt_times::invalid(&claims, now, service.clock_skew()).is_empty() {
        return Err(invalid(STATEMENT_REFUSED));
    }
    if !keys::of_service(service).public().verify(&statement) {
        return Err(unapproved(STATEMENT_NOT_APPROVED));
    }
    let stated = claims
        .into_iter()
        .filter(|(name, _)| !CLAIMS_OF_JWT.contains(&name.as_str()));
    metadata.extend(stated);
    Ok(metadata)
}
