//! Lifetimes of tokens, codes and requests.

use super::scopes;
use crate::clock::Millis;
use crate::json::{Object, ObjectExt};
use crate::settings::ClientExtension;
use crate::store::{Client, Service};

/// The attribute of scopes that limits access tokens.
pub const ACCESS_TOKEN_ATTRIBUTE: &str = "access_token.duration";
/// The attribute of scopes that limits refresh tokens.
pub const REFRESH_TOKEN_ATTRIBUTE: &str = "refresh_token.duration";
/// The attribute of scopes that limits ID tokens.
pub const ID_TOKEN_ATTRIBUTE: &str = "id_token.duration";
/// The expiration of tokens that do not expire: the end of the year 9999, which every client can represent.
pub const NEVER: Millis = 253_402_300_799_000;

/// Default: one day.
pub const ACCESS_TOKEN: i64 = 86_400;
/// Default: ten days.
pub const REFRESH_TOKEN: i64 = 864_000;
/// Default: ten minutes, the maximum that RFC 6749 §4.1.2 recommends.
pub const AUTHORIZATION_CODE: i64 = 600;
/// Default: one day.
pub const ID_TOKEN: i64 = 86_400;
/// Default: ten minutes, the maximum that JARM §2.1 recommends.
pub const AUTHORIZATION_RESPONSE: i64 = 600;
/// Default: ten minutes, the maximum that RFC 9126 §2.2 suggests.
pub const PUSHED_REQUEST: i64 = 600;
/// Default: ten minutes for the user to decide on another device.
pub const DECISION: i64 = 600;
/// Default: one day.
pub const ENTITY_CONFIGURATION: i64 = 86_400;
/// Default: ten minutes.
pub const CREDENTIAL_NONCE: i64 = 600;
/// Default: one day, since issuance can require manual checks.
pub const CREDENTIAL_TRANSACTION: i64 = 86_400;
/// Default: ten minutes.
pub const CREDENTIAL_OFFER: i64 = 600;
/// One day for the user to log in.
pub const TICKET: i64 = 86_400;

/// The lifetime of an access token in seconds.
pub fn access_token(request: &Object, service: &Service, client: &Client, names: &[String]) -> i64 {
    let requested = request.integer("accessTokenDuration");
    let of_service = positive(service.settings.access_token_duration());
    let of_client = client.settings.extension();
    let of_client = of_client.map(ClientExtension::access_token_duration);
    let of_scopes = of_scopes(ACCESS_TOKEN_ATTRIBUTE, service, names);
    requested
        .and_then(positive)
        .unwrap_or_else(|| shortest(of_service.unwrap_or(ACCESS_TOKEN), [of_client, of_scopes]))
}

/// The lifetime of a refresh token in seconds.
pub fn refresh_token(
    request: &Object,
    service: &Service,
    client: &Client,
    names: &[String],
) -> i64 {
    let requested = request.integer("refreshTokenDuration");
    let of_service = positive(service.settings.refresh_token_duration());
    let of_client = client.settings.extension();
    let of_client = of_client.map(ClientExtension::refresh_token_duration);
    let of_scopes = of_scopes(REFRESH_TOKEN_ATTRIBUTE, service, names);
    requested
        .and_then(positive)
        .unwrap_or_else(|| shortest(of_service.unwrap_or(REFRESH_TOKEN), [of_client, of_scopes]))
}

/// The lifetime of an authorization code in seconds.
pub fn authorization_code(service: &Service) -> i64 {
    positive(service.settings.authorization_code_duration()).unwrap_or(AUTHORIZATION_CODE)
}

/// The lifetime of a JWT authorization response, in seconds.
pub fn authorization_response(service: &Service) -> i64 {
    let seconds = service.settings.authorization_response_duration();
    positive(seconds).unwrap_or(AUTHORIZATION_RESPONSE)
}

/// The lifetime of a pushed authorization request in seconds.
pub fn pushed_request(service: &Service) -> i64 {
    positive(service.settings.pushed_auth_req_duration()).unwrap_or(PUSHED_REQUEST)
}

/// The lifetime of the entity configuration of a service in seconds.
pub fn entity_configuration(service: &Service) -> i64 {
    let seconds = service.settings.federation_configuration_duration();
    positive(seconds).unwrap_or(ENTITY_CONFIGURATION)
}

/// The lifetime of an ID token in seconds: the shortest of those of the service, the client and the scopes.
pub fn id_token(service: &Service, client: &Client, names: &[String]) -> i64 {
    let of_service = positive(service.settings.id_token_duration()).unwrap_or(ID_TOKEN);
    let of_client = client.settings.extension();
    let of_client = of_client.map(ClientExtension::id_token_duration);
    let of_scopes = of_scopes(ID_TOKEN_ATTRIBUTE, service, names);
    shortest(of_service, [of_client, of_scopes])
}

/// The lifetime of a device code and its user code in seconds.
pub fn device_code(service: &Service) -> i64 {
    positive(service.settings.device_flow_code_duration()).unwrap_or(DECISION)
}

/// The lifetime of an `auth_req_id` in seconds: the requested one, limited by that of the service.
pub fn auth_req_id(service: &Service, requested: Option<i64>) -> i64 {
    let longest = positive(service.settings.backchannel_auth_req_id_duration());
    let longest = longest.unwrap_or(DECISION);
    requested
        .and_then(positive)
        .map_or(longest, |requested| requested.min(longest))
}

/// The lifetime of a nonce for key proofs in seconds.
pub fn credential_nonce(service: &Service) -> i64 {
    positive(service.settings.cnonce_duration()).unwrap_or(CREDENTIAL_NONCE)
}

/// The lifetime of a pending credential request in seconds.
pub fn credential_transaction(service: &Service) -> i64 {
    let seconds = service.settings.credential_transaction_duration();
    positive(seconds).unwrap_or(CREDENTIAL_TRANSACTION)
}

/// The lifetime of a credential offer in seconds: that of the request, else that of the service.
pub fn credential_offer(request: &Object, service: &Service) -> i64 {
    let requested = request.integer("duration").and_then(positive);
    requested
        .or(positive(service.settings.credential_offer_duration()))
        .unwrap_or(CREDENTIAL_OFFER)
}

/// The shortest of some lifetimes, where 0 is no limit.
fn shortest(of_service: i64, others: [Option<i64>; 2]) -> i64 {
    let others = others.into_iter().flatten().filter_map(positive);
    others.fold(of_service, i64::min)
}

/// The shortest lifetime in an attribute of the scopes.
pub fn of_scopes(attribute: &str, service: &Service, names: &[String]) -> Option<i64> {
    let values = scopes::attributes(&service.settings, names, attribute);
    let durations = values.iter().filter_map(|seconds| seconds.parse().ok());
    durations.filter(|seconds| *seconds > 0).min()
}

fn positive(seconds: i64) -> Option<i64> {
    (seconds > 0).then_some(seconds)
}
