//! Error responses that report the authentication method of the client.

use crate::api_response::Outcome;
use crate::call::Call;
use crate::protocol::client_authentication;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::store::Service;

/// The error response, with the authentication method of the client if the request names one.
pub fn error_response(
    call: &Call,
    service: &Service,
    refusal: Refusal,
    action: impl FnOnce(&OAuthError) -> &'static str,
) -> Outcome {
    let error = match refusal {
        Refusal::Api(response) => return Err(response),
        Refusal::Client(error) => error,
    };
    let response = error.response(call.path, action(&error), &service.settings);
    let named = client_authentication::named(call, service);
    let client = named.as_ref().map(|(client, _)| client);
    let method = client.and_then(|client| client_authentication::registered_method(client));
    Ok(response.with_optional("clientAuthMethod", method).build())
}
