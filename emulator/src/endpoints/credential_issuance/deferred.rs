//! The deferred credential endpoint (OID4VCI §9).

use super::{action, attempt, find_request, finish, info, refuse_denied, response};
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::digest::Digest;
use crate::json::ObjectExt;
use crate::protocol::credential_issuer;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::{
    CREDENTIAL_DEFERRED_ISSUE_DEFERRED, CREDENTIAL_DEFERRED_ISSUE_OK,
    CREDENTIAL_DEFERRED_ISSUE_PENDING, CREDENTIAL_DEFERRED_PARSE_OK,
    CREDENTIAL_TRANSACTION_MISSING, CREDENTIAL_TRANSACTION_OF_OTHER_TOKEN,
    CREDENTIAL_TRANSACTION_UNKNOWN,
};
use crate::store::{Service, Stage};
use crate::verifiable_credential::access_token::{self, IssuanceToken};
use crate::verifiable_credential::encryption;
use crate::verifiable_credential::message::Message;
use crate::verifiable_credential::order::Order;
use crate::verifiable_credential::refusal::CredentialRefusal;
use crate::verifiable_credential::response::content;

pub fn parse(call: &Call, service: &mut Service) -> Outcome {
    attempt(call, service, read)
}

fn read(call: &Call, service: &mut Service) -> Result<ApiResponse, CredentialRefusal> {
    access_token::check_enabled(service)?;
    let token = IssuanceToken::of(call, service)?;
    let message = Message::of(&call.body, &service.settings)?;
    let missing = OAuthError::new("invalid_credential_request", CREDENTIAL_TRANSACTION_MISSING);
    let transaction = message.body.text("transaction_id").ok_or(missing)?;
    // Replaces the encryption of the first request (§9.1).
    let encryption = encryption::requested(&message, service, &token)?;
    let id = Digest::of(transaction);
    let invalid = |code| OAuthError::new("invalid_transaction_id", code);
    let is_live = service.credential_requests.live(&id, call.now).is_some();
    let request = service.credential_requests.get_mut(&id);
    let request = request.filter(|request| is_live && request.stage != Stage::Requested);
    let request = request.ok_or(invalid(CREDENTIAL_TRANSACTION_UNKNOWN))?;
    if request.token != token.id {
        return Err(invalid(CREDENTIAL_TRANSACTION_OF_OTHER_TOKEN).into());
    }
    request.encryption = encryption;
    request.stage = Stage::Presented;
    let response = ApiResponse::action(call.path, CREDENTIAL_DEFERRED_PARSE_OK, "OK");
    Ok(response.with("info", info(transaction, request)).build())
}

pub fn issue(call: &Call, service: &mut Service) -> Outcome {
    attempt(call, service, respond)
}

fn respond(call: &Call, service: &mut Service) -> Result<ApiResponse, CredentialRefusal> {
    access_token::check_enabled(service)?;
    let order = Order::read(call.body.object("order"))?;
    let request = find_request(call, service, &order, Stage::Presented)?.clone();
    refuse_denied(call, service, &order)?;
    // OID4VCI 1.0-ID1 §9.3 defines an error for a credential that is not ready.
    if order.is_deferred() && !credential_issuer::is_final(&service.settings) {
        let pending = OAuthError::new("issuance_pending", CREDENTIAL_DEFERRED_ISSUE_PENDING);
        let outcome = CredentialRefusal::from(pending).outcome(call, &service.settings);
        // Not an error of this call: the request waits for the next one of the wallet.
        finish(call, service, &order);
        return outcome.map_err(CredentialRefusal::Api);
    }
    let interval = call.body.integer("interval");
    let response = response(call, service, &order, &request, interval)?;
    let content = content(response, request.encryption.as_ref())?;
    finish(call, service, &order);
    let code = match order.is_deferred() {
        false => CREDENTIAL_DEFERRED_ISSUE_OK,
        true => CREDENTIAL_DEFERRED_ISSUE_DEFERRED,
    };
    let action = action(order.is_deferred(), &content);
    Ok(ApiResponse::action(call.path, code, action)
        .with("responseContent", content.text)
        .build())
}
