//! Lifetimes of tokens, codes and requests.

use super::scopes;
use crate::clock::Millis;
use crate::json::{Members, Object};
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
    let setting = ("accessTokenDuration", ACCESS_TOKEN_ATTRIBUTE, ACCESS_TOKEN);
    token(setting, request, service, client, names)
}

/// The lifetime of a refresh token in seconds.
pub fn refresh_token(
    request: &Object,
    service: &Service,
    client: &Client,
    names: &[String],
) -> i64 {
    let setting = (
        "refreshTokenDuration",
        REFRESH_TOKEN_ATTRIBUTE,
        REFRESH_TOKEN,
    );
    token(setting, request, service, client, names)
}

/// The lifetime of an authorization code in seconds.
pub fn authorization_code(service: &Service) -> i64 {
    positive(service.settings.integer("authorizationCodeDuration")).unwrap_or(AUTHORIZATION_CODE)
}

/// The lifetime of a JWT authorization response, in seconds.
pub fn authorization_response(service: &Service) -> i64 {
    let seconds = service.settings.integer("authorizationResponseDuration");
    positive(seconds).unwrap_or(AUTHORIZATION_RESPONSE)
}

/// The lifetime of a pushed authorization request in seconds.
pub fn pushed_request(service: &Service) -> i64 {
    positive(service.settings.integer("pushedAuthReqDuration")).unwrap_or(PUSHED_REQUEST)
}

/// The lifetime of the entity configuration of a service in seconds.
pub fn entity_configuration(service: &Service) -> i64 {
    let seconds = service.settings.integer("federationConfigurationDuration");
    positive(seconds).unwrap_or(ENTITY_CONFIGURATION)
}

/// The lifetime of an ID token in seconds: the shortest of those of the service, the client and the scopes.
pub fn id_token(service: &Service, client: &Client, names: &[String]) -> i64 {
    let of_service = positive(service.settings.integer("idTokenDuration")).unwrap_or(ID_TOKEN);
    let further = [
        client.extension("idTokenDuration"),
        of_scopes(ID_TOKEN_ATTRIBUTE, service, names),
    ];
    further
        .into_iter()
        .filter_map(positive)
        .fold(of_service, i64::min)
}

/// The lifetime of a device code and its user code in seconds.
pub fn device_code(service: &Service) -> i64 {
    positive(service.settings.integer("deviceFlowCodeDuration")).unwrap_or(DECISION)
}

/// The lifetime of an `auth_req_id` in seconds: the requested one, limited by that of the service.
pub fn auth_req_id(service: &Service, requested: Option<i64>) -> i64 {
    let longest = positive(service.settings.integer("backchannelAuthReqIdDuration"));
    let longest = longest.unwrap_or(DECISION);
    positive(requested).map_or(longest, |requested| requested.min(longest))
}

/// The lifetime of a nonce for key proofs in seconds.
pub fn credential_nonce(service: &Service) -> i64 {
    positive(service.settings.integer("cnonceDuration")).unwrap_or(CREDENTIAL_NONCE)
}

/// The lifetime of a pending credential request in seconds.
pub fn credential_transaction(service: &Service) -> i64 {
    let seconds = service.settings.integer("credentialTransactionDuration");
    positive(seconds).unwrap_or(CREDENTIAL_TRANSACTION)
}

/// The lifetime of a credential offer in seconds: that of the request, else that of the service.
pub fn credential_offer(request: &Object, service: &Service) -> i64 {
    let settings = &service.settings;
    positive(request.integer("duration"))
        .or(positive(settings.integer("credentialOfferDuration")))
        .unwrap_or(CREDENTIAL_OFFER)
}

/// The lifetime in the API request, else the shortest of those of the service (or the default), the client and the scopes.
fn token(
    (member, attribute, default): (&str, &str, i64),
    request: &Object,
    service: &Service,
    client: &Client,
    names: &[String],
) -> i64 {
    if let Some(requested) = positive(request.integer(member)) {
        return requested;
    }
    let of_service = positive(service.settings.integer(member)).unwrap_or(default);
    let of_client = positive(client.extension(member));
    let of_scopes = of_scopes(attribute, service, names);
    let others = of_client.into_iter().chain(of_scopes);
    others.fold(of_service, i64::min)
}

/// The shortest lifetime in an attribute of the scopes.
pub fn of_scopes(attribute: &str, service: &Service, names: &[String]) -> Option<i64> {
    let values = scopes::attributes(&service.settings, names, attribute);
    let durations = values.iter().filter_map(|seconds| seconds.parse().ok());
    durations.filter(|seconds| *seconds > 0).min()
}

fn positive(seconds: Option<i64>) -> Option<i64> {
    seconds.filter(|seconds| *seconds > 0)
}
