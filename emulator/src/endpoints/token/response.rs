//! The responses of the token endpoint.

use serde_json::Value;

pub use crate::endpoints::answer_members::{list, with_client, with_name_used};

use super::Request;
use crate::call::Call;
use crate::clock::Millis;
use crate::protocol::client_authentication;
use crate::protocol::issuance::Issued;
use crate::protocol::token_response::{self, seconds_left};
use crate::reply::{Answer, Reply};
use crate::result_code::ResultCode;
use crate::store::{Client, Service};

/// Adds the details of the request.
pub fn with_request(answer: Answer, request: &Request<'_>) -> Answer {
    with_name_used(answer, request.authenticated.named_by)
        .with("grantType", request.grant_type.as_str())
        .with_some("resources", list(request.parameters.all("resource")))
        .with_some(
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
) -> Answer {
    let answer = Reply::action(call.path, code, "OK");
    let Some(record) = service.tokens.by_id(issued.record) else {
        return answer;
    };
    let content = token_response::members(service, record, &issued, call.now);
    let answer = answer.with("responseContent", Value::Object(content).to_string());
    with_token_details(answer, service, client, issued, call.now)
}

/// Adds the details of the tokens.
pub fn with_token_details(
    answer: Answer,
    service: &Service,
    client: &Client,
    issued: Issued,
    now: Millis,
) -> Answer {
    let Some(record) = service.tokens.by_id(issued.record) else {
        return answer;
    };
    let grant = &record.grant;
    let refresh_token = record.refresh_token.as_ref();
    let refresh_token_end = refresh_token.map_or(0, |token| token.expires_at);
    let nonce = record.credential_nonce.as_deref();
    let nonce_end = nonce.map_or(0, |nonce| nonce.expires_at);
    let answer = with_client(answer, service, client);
    with_name_used(answer, grant.client_named_by)
        .with("accessToken", issued.access_token)
        .with_some("jwtAccessToken", issued.jwt)
        .with("accessTokenExpiresAt", record.access_token_expires_at)
        .with(
            "accessTokenDuration",
            seconds_left(record.access_token_expires_at, now),
        )
        .with_some("accessTokenResources", list(record.resources()))
        .with_some("refreshToken", issued.refresh_token)
        .with("refreshTokenExpiresAt", refresh_token_end)
        .with(
            "refreshTokenDuration",
            refresh_token.map_or(0, |token| seconds_left(token.expires_at, now)),
        )
        .with_some(
            "refreshTokenScopes",
            refresh_token.map(|token| token.scopes.clone()),
        )
        .with_some("idToken", issued.id_token)
        .with("scopes", grant.scopes.clone())
        .with_some("subject", grant.subject.as_deref())
        .with_some(
            "authorizationDetails",
            record.authorization_details().cloned(),
        )
        .with_some("cnonce", nonce.map(|nonce| nonce.value.as_str()))
        .with("cnonceExpiresAt", nonce_end)
        .with(
            "cnonceDuration",
            nonce.map_or(0, |nonce| seconds_left(nonce.expires_at, now)),
        )
        .with_some("properties", grant.properties.as_deref().cloned())
        .with_some("grantId", grant.id.as_deref())
}

/// Adds the client of a rejected request, if known, and its registered authentication method.
pub fn with_client_of_rejected(answer: Answer, call: &Call, service: &Service) -> Answer {
    let Some((client, named_by)) = client_authentication::named(call, service) else {
        return answer;
    };
    let answer = with_client(answer, service, &client);
    with_name_used(answer, named_by).with_some(
        "clientAuthMethod",
        client_authentication::registered_method(&client),
    )
}

/// Adds the client of a request, or only the service attributes for a request without a client.
pub fn with_requester(answer: Answer, service: &Service, request: Option<&Request<'_>>) -> Answer {
    let Some(request) = request else {
        let attributes = service.settings.attributes().map(<[_]>::to_vec);
        return answer.with_some("serviceAttributes", attributes);
    };
    let answer = with_client(answer, service, request.client());
    with_name_used(answer, request.authenticated.named_by)
        .with("clientAuthMethod", request.authenticated.method.as_str())
}
