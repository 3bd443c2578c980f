//! The credential endpoint (OID4VCI §8).

use super::{action, add_nonce, attempt, finish, refuse_denied, requested, response, store};
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::json::ObjectExt;
use crate::result_code::{
    CREDENTIAL_SINGLE_ISSUE_DEFERRED, CREDENTIAL_SINGLE_ISSUE_OK, CREDENTIAL_SINGLE_PARSE_OK,
};
use crate::store::Service;
use crate::verifiable_credential::access_token::{self, IssuanceToken};
use crate::verifiable_credential::message::Message;
use crate::verifiable_credential::order::Order;
use crate::verifiable_credential::refusal::CredentialRefusal;
use crate::verifiable_credential::response::content;
use crate::verifiable_credential::{encryption, request};

pub fn parse(call: &Call, service: &mut Service) -> Outcome {
    attempt(call, service, read)
}

fn read(call: &Call, service: &mut Service) -> Result<ApiResponse, CredentialRefusal> {
    access_token::check_enabled(service)?;
    let token = IssuanceToken::of(call, service)?;
    let message = Message::of(&call.body, &service.settings)?;
    let encryption = encryption::requested(&message, service, &token)?;
    let request = request::read(call, service, &token, &message.body, encryption)?;
    let info = store(call, service, request)?;
    let response = ApiResponse::action(call.path, CREDENTIAL_SINGLE_PARSE_OK, "OK");
    Ok(response.with("info", info).build())
}

pub fn issue(call: &Call, service: &mut Service) -> Outcome {
    attempt(call, service, respond)
}

fn respond(call: &Call, service: &mut Service) -> Result<ApiResponse, CredentialRefusal> {
    access_token::check_enabled(service)?;
    let token = IssuanceToken::of(call, service)?;
    let order = Order::read(call.body.object("order"))?;
    let request = requested(call, service, &token, &order)?.clone();
    refuse_denied(call, service, &order)?;
    let interval = call.body.integer("interval");
    let mut response = response(call, service, &order, &request, interval)?;
    add_nonce(call, service, &token, &mut response)?;
    let content = content(response, request.encryption.as_ref())?;
    finish(call, service, &order);
    let (code, transaction) = match order.is_deferred() {
        false => (CREDENTIAL_SINGLE_ISSUE_OK, None),
        true => (CREDENTIAL_SINGLE_ISSUE_DEFERRED, Some(order.identifier)),
    };
    let action = action(order.is_deferred(), &content);
    Ok(ApiResponse::action(call.path, code, action)
        .with("responseContent", content.text)
        .with_optional("transactionId", transaction)
        .build())
}
