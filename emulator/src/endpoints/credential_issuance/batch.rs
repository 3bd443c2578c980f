//! The batch credential endpoint of drafts up to 13: several credential requests in one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{action, add_nonce, attempt, finish, requested, response, store};
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::json::{Object, ObjectExt};
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::{
    CREDENTIAL_BATCH_EMPTY, CREDENTIAL_BATCH_ISSUE_OK, CREDENTIAL_BATCH_PARSE_OK,
    CREDENTIAL_ORDER_MISSING, CREDENTIAL_ORDER_REPEATED,
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
    // All requests share one encryption, since there is one response.
    let encryption = encryption::requested(&message, service, &token)?;
    let empty = || OAuthError::new("invalid_credential_request", CREDENTIAL_BATCH_EMPTY);
    let bodies = message.body.array("credential_requests");
    let bodies: Option<Vec<_>> = bodies
        .unwrap_or_default()
        .iter()
        .map(Value::as_object)
        .collect();
    let bodies = bodies.filter(|bodies| !bodies.is_empty());
    let bodies = bodies.ok_or_else(empty)?.into_iter();
    let requests: Result<Vec<_>, _> = bodies
        .map(|body| request::read(call, service, &token, body, encryption.clone()))
        .collect();
    let requests = requests?.into_iter();
    let info: Result<Value, _> = requests
        .map(|request| store(call, service, request))
        .collect();
    let response = ApiResponse::action(call.path, CREDENTIAL_BATCH_PARSE_OK, "OK");
    Ok(response.with("info", info?).build())
}

pub fn issue(call: &Call, service: &mut Service) -> Outcome {
    attempt(call, service, respond)
}

fn respond(call: &Call, service: &mut Service) -> Result<ApiResponse, CredentialRefusal> {
    access_token::check_enabled(service)?;
    let token = IssuanceToken::of(call, service)?;
    let orders = call.body.array("orders");
    let orders = orders.filter(|orders| !orders.is_empty());
    let orders = orders.ok_or(CredentialRefusal::Order(CREDENTIAL_ORDER_MISSING))?;
    let orders: Result<Vec<_>, _> = orders
        .iter()
        .map(|order| Order::read(order.as_object()))
        .collect();
    let orders = orders?;
    let identifiers: BTreeSet<_> = orders.iter().map(|order| order.identifier).collect();
    if identifiers.len() < orders.len() {
        return Err(CredentialRefusal::Order(CREDENTIAL_ORDER_REPEATED));
    }
    let (mut responses, mut encryption) = (Vec::new(), None);
    for order in &orders {
        let request = requested(call, service, &token, order)?;
        responses.push(Value::Object(response(
            call, service, order, request, None,
        )?));
        encryption = encryption.or_else(|| request.encryption.clone());
    }
    let responses = ("credential_responses".to_owned(), Value::Array(responses));
    let mut response = Object::from_iter([responses]);
    add_nonce(call, service, &token, &mut response)?;
    let content = content(response, encryption.as_ref())?;
    for order in &orders {
        finish(call, service, order);
    }
    let is_deferred = orders.iter().all(Order::is_deferred);
    let action = action(is_deferred, &content);
    Ok(
        ApiResponse::action(call.path, CREDENTIAL_BATCH_ISSUE_OK, action)
            .with("responseContent", content.text)
            .build(),
    )
}
