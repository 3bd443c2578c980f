//! Single sign-on across the apps of one device (OpenID Connect Native SSO for Mobile Apps 1.0).

use authlete::types::{ResponseType, TokenType};

use super::response_type;
use super::scopes;
use crate::model::Parameters;
use crate::store::{Client, Grant, Service};

const DEVICE_SSO: &str = "device_sso";

/// Whether the scopes that are requested or granted at the authorization endpoint enable native SSO (§3.1).
pub fn is_requested(service: &Service, response_type: &ResponseType, scopes: &[String]) -> bool {
    is_supported(service)
        && response_type::has(response_type, "code")
        && scopes::cover(scopes, &["openid", DEVICE_SSO])
}

/// Whether a token request has the device secret of another app (§4.2).
pub fn is_exchange(service: &Service, parameters: &Parameters) -> bool {
    is_supported(service)
        && parameters.get("actor_token_type") == TokenType::DeviceSecret.protocol_value()
}

/// The session of tokens whose response the server creates with `/nativesso`, since only the server has sessions and device
/// secrets.
pub fn session<'a>(service: &Service, client: &Client, grant: &'a Grant) -> Option<&'a str> {
    let permitted = || scopes::permitted(&[DEVICE_SSO], &service.settings, &client.settings);
    let shares = is_supported(service)
        && scopes::cover(&grant.scopes, &[DEVICE_SSO])
        && !permitted().is_empty();
    grant.session.as_deref().filter(|_| shares)
}

/// Whether the service supports native SSO.
pub fn is_supported(service: &Service) -> bool {
    service.settings.native_sso_supported()
}
