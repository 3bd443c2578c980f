//! The responses of the token endpoint.

use serde_json::Value;

pub use crate::endpoints::response_members::{list, with_client, with_name_used};

use super::TokenRequest;
use crate::api_response::{ApiResponse, ResponseBuilder};
use crate::call::Call;
use crate::clock::Millis;
use crate::protocol::client_authentication;
use crate::protocol::issuance::Issued;
use crate::protocol::token_response::{self, seconds_left};
use crate::result_code::ResultCode;
use crate::store::{Client, Service};

/// Adds the details of the request.
pub fn with_request(response: ResponseBuilder, request: &TokenRequest<'_>) -> ResponseBuilder {
    with_name_used(response, request.authenticated.named_by)
        .with("grantType", request.grant_type.as_str())
        .with_optional("resources", list(request.parameters.all("resource")))
        .with_optional(
            "clientAuthMethod",
            (request.client().id() > 0).then(|| request.authenticated.method.as_str()),
        )
}

/// The response with tokens for the client.
pub fn with_tokens(
    call: &Call,
    code: ResultCode,
    service: &Service,
    client: &Client,
    issued: Issued,
) -> ResponseBuilder {
    let response = ApiResponse::action(call.path, code, "OK");
    let Some(record) = service.tokens.by_id(issued.record) else {
        return response;
    };
    let content = token_response::members(service, record, &issued, call.now);
    let response = response.with("responseContent", Value::Object(content).to_string());
    with_token_details(response, service, client, issued, call.now)
}

/// Adds the details of the tokens.
pub fn with_token_details(
    response: ResponseBuilder,
    service: &Service,
    client: &Client,
    issued: Issued,
    now: Millis,
) -> ResponseBuilder {
    let Some(record) = service.tokens.by_id(issued.record) else {
        return response;
    };
    let grant = &record.grant;
    let refresh_token = record.refresh_token.as_ref();
    let refresh_token_end = refresh_token.map_or(0, |token| token.expires_at);
    let nonce = record.credential_nonce.as_deref();
    let nonce_end = nonce.map_or(0, |nonce| nonce.expires_at);
    let response = with_client(response, service, client);
    with_name_used(response, grant.client_named_by)
        .with("accessToken", issued.access_token)
        .with_optional("jwtAccessToken", issued.jwt)
        .with("accessTokenExpiresAt", record.access_token_expires_at)
        .with(
            "accessTokenDuration",
            seconds_left(record.access_token_expires_at, now),
        )
        .with_optional("accessTokenResources", list(record.resources()))
        .with_optional("refreshToken", issued.refresh_token)
        .with("refreshTokenExpiresAt", refresh_token_end)
        .with(
            "refreshTokenDuration",
            refresh_token.map_or(0, |token| seconds_left(token.expires_at, now)),
        )
        .with_optional(
            "refreshTokenScopes",
            refresh_token.map(|token| token.scopes.clone()),
        )
        .with_optional("idToken", issued.id_token)
        .with("scopes", grant.scopes.clone())
        .with_optional("subject", grant.subject.as_deref())
        .with_optional(
            "authorizationDetails",
            record.authorization_details().cloned(),
        )
        .with_optional("cnonce", nonce.map(|nonce| nonce.value.as_str()))
        .with("cnonceExpiresAt", nonce_end)
        .with(
            "cnonceDuration",
            nonce.map_or(0, |nonce| seconds_left(nonce.expires_at, now)),
        )
        .with_optional("properties", grant.properties.as_deref().cloned())
        .with_optional("grantId", grant.id.as_deref())
}

/// Adds the client of a rejected request, if known, and its registered authentication method.
pub fn with_client_of_rejected(
    response: ResponseBuilder,
    call: &Call,
    service: &Service,
) -> ResponseBuilder {
    let Some((client, named_by)) = client_authentication::named(call, service) else {
        return response;
    };
    let response = with_client(response, service, &client);
    with_name_used(response, named_by).with_optional(
        "clientAuthMethod",
        client_authentication::registered_method(&client),
    )
}

/// Adds the client of a request, or only the service attributes for a request without a client.
pub fn with_requester(
    response: ResponseBuilder,
    service: &Service,
    request: Option<&TokenRequest<'_>>,
) -> ResponseBuilder {
    let Some(request) = request else {
        let attributes = service.settings.attributes().map(<[_]>::to_vec);
        return response.with_optional("serviceAttributes", attributes);
    };
    let response = with_client(response, service, request.client());
    with_name_used(response, request.authenticated.named_by)
        .with("clientAuthMethod", request.authenticated.method.as_str())
}
