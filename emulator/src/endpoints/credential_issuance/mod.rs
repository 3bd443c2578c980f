//! `/vci/single`, `/vci/batch`, `/vci/deferred`: the credential endpoints for wallets, each with two calls: one parses
//! the request, the other creates the response.

pub mod batch;
pub mod deferred;
pub mod single;

use serde_json::{Value, json};

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::{Object, ObjectExt, present};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::{credential_nonce, lifetime};
use crate::random;
use crate::result_code::{
    CREDENTIAL_DENIED, CREDENTIAL_ORDER_OF_OTHER_TOKEN, CREDENTIAL_ORDER_UNKNOWN,
};
use crate::store::{CredentialRequest, Entry, Service, Stage};
use crate::verifiable_credential::access_token::IssuanceToken;
use crate::verifiable_credential::order::Order;
use crate::verifiable_credential::refusal::CredentialRefusal;
use crate::verifiable_credential::response::{self, CredentialResponse};

/// Runs a call. If it is refused, it changes nothing.
fn attempt(
    call: &Call,
    service: &mut Service,
    run: fn(&Call, &mut Service) -> Result<ApiResponse, CredentialRefusal>,
) -> Outcome {
    let outcome = service.attempt(|service| run(call, service));
    outcome.or_else(|refusal| refusal.outcome(call, &service.settings))
}

/// Stores a request until it is answered. Returns the information for the caller.
fn store(
    call: &Call,
    service: &mut Service,
    request: CredentialRequest,
) -> Result<Value, random::Error> {
    let identifier = random::token()?;
    let info = info(&identifier, &request);
    let end = after(call.now, lifetime::credential_transaction(service));
    let requests = &mut service.credential_requests;
    requests.insert(Digest::of(&identifier), request, end, call.now);
    Ok(info)
}

/// A request in the format of the API.
fn info(identifier: &str, request: &CredentialRequest) -> Value {
    let text = |object: &Object| Value::Object(object.clone()).to_string();
    let keys: Vec<_> = request.binding_keys.iter().map(text).collect();
    let members = [
        ("identifier", Some(json!(identifier))),
        (
            "format",
            request.names_format.then(|| json!(request.format)),
        ),
        ("details", Some(json!(text(&request.details)))),
        (
            "credentialConfigurationId",
            request
                .names_configuration
                .then(|| json!(request.configuration_id)),
        ),
        (
            "credentialIdentifier",
            request.credential_identifier.as_ref().map(|id| json!(id)),
        ),
        ("bindingKey", keys.first().map(|key| json!(key))),
        ("bindingKeys", keys.first().map(|_| json!(keys))),
    ];
    present(members).collect()
}

/// Finds the unanswered request of an order, which must be at this stage.
fn find_request<'a>(
    call: &Call,
    service: &'a Service,
    order: &Order<'_>,
    stage: Stage,
) -> Result<&'a CredentialRequest, CredentialRefusal> {
    let id = Digest::of(order.identifier);
    let request = service.credential_requests.live(&id, call.now);
    request
        .filter(|request| request.stage == stage)
        .ok_or(CredentialRefusal::Order(CREDENTIAL_ORDER_UNKNOWN))
}

/// The same for an order, which must come with the access token of the request.
fn requested<'a>(
    call: &Call,
    service: &'a Service,
    token: &IssuanceToken,
    order: &Order<'_>,
) -> Result<&'a CredentialRequest, CredentialRefusal> {
    let request = find_request(call, service, order, Stage::Requested)?;
    match request.token == token.id {
        true => Ok(request),
        false => Err(CredentialRefusal::Order(CREDENTIAL_ORDER_OF_OTHER_TOKEN)),
    }
}

/// Deletes a request whose credential the caller denies permanently (OID4VCI §8.3.1.2).
fn refuse_denied(
    call: &Call,
    service: &mut Service,
    order: &Order<'_>,
) -> Result<(), CredentialRefusal> {
    if !call.body.flag("denied") {
        return Ok(());
    }
    let id = Digest::of(order.identifier);
    service.commit(move |service| service.credential_requests.remove(&id));
    Err(OAuthError::new("credential_request_denied", CREDENTIAL_DENIED).into())
}

/// The response for the wallet: the credentials, or a transaction ID.
fn response(
    call: &Call,
    service: &Service,
    order: &Order<'_>,
    request: &CredentialRequest,
    interval: Option<i64>,
) -> Result<Object, CredentialRefusal> {
    let settings = &service.settings;
    if order.is_deferred() {
        let id = order.identifier;
        return Ok(response::with_transaction(id, interval, settings));
    }
    let credentials = order.credentials(request, settings, call.now)?;
    Ok(response::with_credentials(credentials, settings))
}

/// The action for a deferred response, or for a response with credentials.
fn action(is_deferred: bool, content: &CredentialResponse) -> &'static str {
    match (is_deferred, content.is_encrypted) {
        (false, false) => "OK",
        (false, true) => "OK_JWT",
        (true, false) => "ACCEPTED",
        (true, true) => "ACCEPTED_JWT",
    }
}

/// Adds the nonce for the next request, if access tokens have nonces (OID4VCI 1.0-ID1 §7.3).
fn add_nonce(
    call: &Call,
    service: &mut Service,
    token: &IssuanceToken,
    response: &mut Object,
) -> Result<(), random::Error> {
    let Some(nonce) = credential_nonce::of_token(service, call.now)? else {
        return Ok(());
    };
    let lifetime = lifetime::credential_nonce(service);
    response.insert("c_nonce".to_owned(), nonce.value.as_str().into());
    response.insert("c_nonce_expires_in".to_owned(), lifetime.into());
    if let Some(mut record) = service.tokens.take(token.id) {
        record.credential_nonce = Some(nonce);
        service.tokens.put(token.id, record);
    }
    Ok(())
}

/// Deletes an answered request, or keeps a deferred one for its transaction. Deferring again does not extend the
/// transaction.
fn finish(call: &Call, service: &mut Service, order: &Order<'_>) {
    let id = Digest::of(order.identifier);
    let requests = &mut service.credential_requests;
    let Some(Entry {
        mut value,
        expires_at,
    }) = requests.remove(&id).filter(|_| order.is_deferred())
    else {
        return;
    };
    let end = match value.stage {
        Stage::Requested => after(call.now, lifetime::credential_transaction(service)),
        Stage::Deferred | Stage::Presented => expires_at,
    };
    value.stage = Stage::Deferred;
    let requests = &mut service.credential_requests;
    requests.insert(id, value, end, call.now);
}
