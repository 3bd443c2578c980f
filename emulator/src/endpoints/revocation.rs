//! `/auth/revocation`: the client gives a token back (RFC 7009).

use crate::call::Call;
use crate::digest::Digest;
use crate::json::Members;
use crate::protocol::client_authentication::authenticate;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{Refusal, usual_action};
use crate::reply::{Outcome, Reply};
use crate::result_code::{
    REVOCATION_OK, REVOCATION_PARAMETER_REPEATED, REVOCATION_PARAMETERS_MISSING,
    REVOCATION_TOKEN_MISSING,
};
use crate::store::{RecordId, Service};

pub fn revocation(call: &Call, service: &mut Service) -> Outcome {
    match find(call, service) {
        Ok(record) => {
            if let Some(id) = record {
                service.tokens.take(id);
            }
            Ok(Reply::action(call.path, REVOCATION_OK, "OK").reply())
        }
        Err(refusal) => refusal.outcome(call, &service.settings, usual_action),
    }
}

/// What is to be revoked: the record of the token, access or refresh, whatever the hint says. There is nothing to do
/// for an unknown token, and nothing may be done for that of another client (RFC 7009 §2.1).
fn find(call: &Call, service: &mut Service) -> Result<Option<RecordId>, Refusal> {
    let invalid = OAuthError::invalid_request;
    let text = call
        .body
        .text("parameters")
        .ok_or(invalid(REVOCATION_PARAMETERS_MISSING))?;
    let parameters = Parameters::parse(text).map_err(|_| invalid(REVOCATION_PARAMETER_REPEATED))?;
    let authenticated = authenticate(call, service, "supportedRevocationAuthMethods", &parameters)?;
    let token = parameters
        .get("token")
        .ok_or(invalid(REVOCATION_TOKEN_MISSING))?;
    let token = Digest::of(token);
    let record = service
        .tokens
        .by_access_token(&token)
        .or_else(|| service.tokens.by_refresh_token(&token));
    let own = record.filter(|(_, record)| record.grant.client_id == authenticated.client.id());
    Ok(own.map(|(id, _)| id))
}
