//! `/pushed_auth_req`: pushed authorization requests (RFC 9126).

use authlete::types::GrantType;
use serde_json::{Value, json};

use super::authorization::{PUSHED, Received, by_value, check};
use super::error_response::error_response;
use super::federation::register_automatically;
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::model::{Parameters, ParametersError};
use crate::protocol::client_attestation::with_challenge;
use crate::protocol::client_authentication::{Authenticated, authenticate};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::{Refusal, status_action};
use crate::protocol::{dpop, lifetime};
use crate::random;
use crate::result_code::{
    GRANT_NOT_DECLARED, PARAMETERS_MISSING, PARAMETERS_NONE, PUSHED_DPOP_KEY, PUSHED_OK,
    PUSHED_REFERENCE, PUSHED_TOO_LARGE, REQUEST_PARAMETER_REPEATED,
};
use crate::store::{Client, PushedRequest, Service};

/// The maximum size of a pushed request, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Parameters for client authentication, which are not part of the authorization request (RFC 9126 §2.1).
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// Checks a request like the authorization endpoint, and stores it under a request URI.
pub fn push(call: &Call, service: &mut Service) -> Outcome {
    let outcome = process(call, service);
    let outcome = outcome.or_else(|refusal| error_response(call, service, refusal, action));
    let outcome = dpop::with_nonce(call, service, outcome);
    with_challenge(call, service, outcome)
}

fn action(error: &OAuthError) -> &'static str {
    match error.code {
        PUSHED_TOO_LARGE => "PAYLOAD_TOO_LARGE",
        GRANT_NOT_DECLARED => "FORBIDDEN",
        _ => status_action(error),
    }
}

fn process(call: &Call, service: &mut Service) -> Result<ApiResponse, Refusal> {
    let invalid = OAuthError::invalid_request;
    if Parameters::text_of(&call.body).is_ok_and(|text| text.len() > MAX_BYTES) {
        return Err(invalid(PUSHED_TOO_LARGE).into());
    }
    let parameters = Parameters::of_call(&call.body);
    let mut parameters = parameters.map_err(|error| match error {
        ParametersError::Missing => OAuthError::new("server_error", PARAMETERS_MISSING),
        ParametersError::Empty => invalid(PARAMETERS_NONE),
        ParametersError::Repeated(_) => invalid(REQUEST_PARAMETER_REPEATED),
    })?;
    register_automatically(call, service, &parameters)?;
    let authenticated = authenticate(call, service, &parameters)?;
    let client = &authenticated.client;
    if !may_authorize(client) {
        return Err(OAuthError::new("unauthorized_client", GRANT_NOT_DECLARED).into());
    }
    if parameters.has("request_uri") {
        return Err(invalid(PUSHED_REFERENCE).into());
    }
    for name in CREDENTIALS {
        parameters.remove(name);
    }
    let (mut parameters, request_object) = by_value(call, service, client, parameters, false)?;
    if let Some(thumbprint) = dpop::key_thumbprint(call, service, None)? {
        // RFC 9449 §10.1: a proof binds the code like dpop_jkt, and proves possession of the key as well.
        if parameters
            .get("dpop_jkt")
            .is_some_and(|given| given != thumbprint)
        {
            return Err(invalid(PUSHED_DPOP_KEY).into());
        }
        parameters.set("dpop_jkt", vec![thumbprint]);
    }
    let request = PushedRequest {
        client_id: client.id(),
        parameters: parameters.clone(),
        request_object: request_object.clone(),
    };
    let received = Received {
        client: client.clone(),
        client_named_by: authenticated.named_by,
        parameters,
        request_object,
        pushed: true,
    };
    check(received, service, call.now).map_err(|error| *error.refusal)?;
    register(call, service, &authenticated, request)
}

/// Whether the client may use the authorization endpoint.
fn may_authorize(client: &Client) -> bool {
    let grant_types = [GrantType::AuthorizationCode, GrantType::Implicit];
    grant_types
        .iter()
        .any(|grant_type| client.may_use_grant_type(grant_type.as_str()))
}

fn register(
    call: &Call,
    service: &mut Service,
    authenticated: &Authenticated,
    request: PushedRequest,
) -> Result<ApiResponse, Refusal> {
    let uri = format!("{PUSHED}{}", random::token()?);
    let lifetime = lifetime::pushed_request(service);
    let expires_at = after(call.now, lifetime);
    service
        .pushed_requests
        .insert(Digest::of(&uri), request, expires_at, call.now);
    let content: Value = json!({ "request_uri": uri, "expires_in": lifetime });
    let response = ApiResponse::action(call.path, PUSHED_OK, "CREATED")
        .with("responseContent", content.to_string())
        .with("requestUri", uri)
        .with("clientAuthMethod", authenticated.method.as_str());
    Ok(response.build())
}
