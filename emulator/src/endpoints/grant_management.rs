//! `/gm`: queries and revocations of grants (Grant Management for OAuth 2.0 §6).

use authlete::types::GmAction;

use super::challenge::TokenRefusal;
use crate::api_response::{ApiResponse, Outcome, ResponseBuilder};
use crate::call::Call;
use crate::digest::Digest;
use crate::json::ObjectExt;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::{dpop, grant_management, proof_of_possession};
use crate::result_code::{
    GM_ACTION_INVALID, GM_GRANT_ID_MISSING, GM_GRANT_OF_ANOTHER_CLIENT,
    GM_GRANT_OF_ANOTHER_SUBJECT, GM_GRANT_UNKNOWN, GM_SCOPE, GM_TOKEN_EXPIRED, GM_TOKEN_MISSING,
    GM_TOKEN_UNKNOWN, GRANT_QUERIED, GRANT_REVOKED,
};
use crate::store::{Binding, Grant, Service};

/// An action, with the scope that it needs and the HTTP method of its endpoint.
struct RequestedAction {
    action: GmAction,
    scope: &'static str,
    method: &'static str,
}

pub fn grant_management(call: &Call, service: &mut Service) -> Outcome {
    let token = call.body.text("accessToken").unwrap_or_default();
    let found = service.tokens.by_access_token(&Digest::of(token));
    let bound = found.map(|(_, record)| record.binding().clone());
    let bound = bound.unwrap_or_default();
    let response = match process(call, service, &bound) {
        Ok(response) => response,
        Err(refusal) => refusal.response(call, service, &bound),
    };
    let outcome = Ok(response.build());
    match bound.dpop_key {
        Some(_) => dpop::with_nonce(call, service, outcome),
        None => outcome,
    }
}

fn process(
    call: &Call,
    service: &mut Service,
    bound: &Binding,
) -> Result<ResponseBuilder, TokenRefusal> {
    let caller_error =
        |code| TokenRefusal::new("CALLER_ERROR", OAuthError::new("server_error", code));
    let wanted = RequestedAction::by(call).ok_or_else(|| caller_error(GM_ACTION_INVALID))?;
    let grant_id = call.body.text("grantId");
    let grant_id = grant_id.ok_or_else(|| caller_error(GM_GRANT_ID_MISSING))?;
    let authority = check_token(call, service, bound, &wanted, grant_id)?;
    let managed = service.managed_grants.get(grant_id).ok_or_else(|| {
        let error = OAuthError::invalid_request(GM_GRANT_UNKNOWN);
        TokenRefusal::new("NOT_FOUND", error)
    })?;
    let forbidden = |code| TokenRefusal::new("FORBIDDEN", OAuthError::invalid_request(code));
    if managed.client_id != authority.client_id {
        return Err(forbidden(GM_GRANT_OF_ANOTHER_CLIENT));
    }
    let subject = authority.subject.as_ref();
    if subject.is_some_and(|subject| *subject != managed.subject) {
        return Err(forbidden(GM_GRANT_OF_ANOTHER_SUBJECT));
    }
    if wanted.action == GmAction::Query {
        let content = grant_management::to_json(&managed.content);
        let response = ApiResponse::action(call.path, GRANT_QUERIED, "OK");
        return Ok(response.with("responseContent", content.to_string()));
    }
    grant_management::revoke(service, grant_id);
    Ok(ApiResponse::action(call.path, GRANT_REVOKED, "NO_CONTENT"))
}

/// The grant of the access token, if the token is valid and the client proves possession of its key.
fn check_token(
    call: &Call,
    service: &mut Service,
    bound: &Binding,
    wanted: &RequestedAction,
    grant_id: &str,
) -> Result<Grant, TokenRefusal> {
    let token = call.body.text("accessToken");
    let token = token.ok_or_else(|| TokenRefusal::invalid_token(GM_TOKEN_MISSING))?;
    let found = service.tokens.by_access_token(&Digest::of(token));
    let (_, record) = found.ok_or_else(|| TokenRefusal::invalid_token(GM_TOKEN_UNKNOWN))?;
    if !record.is_valid(call.now) {
        return Err(TokenRefusal::invalid_token(GM_TOKEN_EXPIRED));
    }
    let grant = record.grant.clone();
    let is_covered = record.covers(&[wanted.scope]);
    let call = wanted.with_dpop_target(call, service, grant_id);
    proof_of_possession::check(&call, service, bound, token).map_err(possession_refusal)?;
    if !is_covered {
        return Err(TokenRefusal::insufficient_scope(GM_SCOPE, &[wanted.scope]));
    }
    Ok(grant)
}

impl RequestedAction {
    fn by(call: &Call) -> Option<Self> {
        let (action, scope, method) = match GmAction::from(call.body.text("gmAction")?) {
            GmAction::Query => (GmAction::Query, "grant_management_query", "GET"),
            GmAction::Revoke => (GmAction::Revoke, "grant_management_revoke", "DELETE"),
            _ => return None,
        };
        Some(Self {
            action,
            scope,
            method,
        })
    }

    /// The call with `htm` and `htu` for the DPoP proof, where the caller omitted them (§6.3).
    fn with_dpop_target(&self, call: &Call, service: &Service, grant_id: &str) -> Call {
        let endpoint = service.settings.grant_management_endpoint();
        let defaults = [
            ("htm", Some(self.method.to_owned())),
            (
                "htu",
                endpoint.map(|endpoint| format!("{endpoint}/{grant_id}")),
            ),
        ];
        let mut call = call.clone();
        for (name, value) in defaults {
            if let (None, Some(value)) = (call.body.text(name), value) {
                call.body.insert(name.to_owned(), value.into());
            }
        }
        call
    }
}

/// `invalid_request` is an error of the caller, who reads the certificate from the connection; the others are the client's.
fn possession_refusal(error: OAuthError) -> TokenRefusal {
    let action = match error.error {
        "invalid_request" => "CALLER_ERROR",
        _ => "UNAUTHORIZED",
    };
    TokenRefusal::new(action, error)
}
