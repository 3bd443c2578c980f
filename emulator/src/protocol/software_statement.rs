//! Software statements (RFC 7591 §2.3).

use super::jwt_times;
use super::keys;
use super::oauth_error::OAuthError;
use crate::clock::Millis;
use crate::jose::Jws;
use crate::json::{Members, Object};
use crate::result_code::{STATEMENT_INVALID, STATEMENT_NOT_APPROVED};
use crate::store::Service;

/// What a statement says as a JWT and not as metadata.
const CLAIMS_OF_JWT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// Puts what a software statement says in the place of what the client says itself.
///
/// Whose statements a service trusts is no setting of Authlete's API. Here a service trusts those that are signed with
/// a key of its own.
pub fn apply(metadata: &Object, service: &Service, now: Millis) -> Result<Object, OAuthError> {
    let mut metadata = metadata.clone();
    let Some(statement) = metadata
        .get("software_statement")
        .filter(|value| !value.is_null())
    else {
        return Ok(metadata);
    };
    let invalid = || OAuthError::new("invalid_software_statement", STATEMENT_INVALID);
    let statement = statement.as_str().ok_or_else(invalid)?;
    let statement = Jws::parse(statement).map_err(|_| invalid())?;
    let claims = statement.claims().ok_or_else(invalid)?;
    claims.text("iss").ok_or_else(invalid)?;
    if !jwt_times::invalid(&claims, now, service.clock_skew()).is_empty() {
        return Err(invalid());
    }
    if !keys::of_service(service).public().verify(&statement) {
        return Err(OAuthError::new(
            "unapproved_software_statement",
            STATEMENT_NOT_APPROVED,
        ));
    }
    let stated = claims
        .into_iter()
        .filter(|(name, _)| !CLAIMS_OF_JWT.contains(&name.as_str()));
    metadata.extend(stated);
    Ok(metadata)
}
