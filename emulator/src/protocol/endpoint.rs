//! The endpoints of the authorization server whose requests the API processes.

use crate::settings::ServiceSettings;

/// An endpoint of the authorization server.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// The operation that processes its requests.
    operation: &'static str,
    /// The method of its requests, if it is always the same.
    pub method: Option<&'static str>,
    /// The setting with its URL.
    pub url: for<'a> fn(&'a ServiceSettings) -> Option<&'a str>,
}

const ENDPOINTS: [Endpoint; 6] = [
    // RFC 6749 §3.2.
    Endpoint {
        operation: "token",
        method: Some("POST"),
        url: ServiceSettings::token_endpoint,
    },
    // RFC 9126 §2.
    Endpoint {
        operation: "push_authorization_request",
        method: Some("POST"),
        url: ServiceSettings::pushed_auth_req_endpoint,
    },
    // OpenID Connect CIBA Core 1.0 §7.
    Endpoint {
        operation: "backchannel_authentication",
        method: Some("POST"),
        url: ServiceSettings::backchannel_authentication_endpoint,
    },
    // RFC 8628 §3.1.
    Endpoint {
        operation: "device_authorization",
        method: Some("POST"),
        url: ServiceSettings::device_authorization_endpoint,
    },
    // RFC 7009 §2.
    Endpoint {
        operation: "revocation",
        method: Some("POST"),
        url: ServiceSettings::revocation_endpoint,
    },
    // OpenID Connect Core 1.0 §5.3.
    Endpoint {
        operation: "userinfo",
        method: None,
        url: ServiceSettings::user_info_endpoint,
    },
];

/// The endpoint whose requests an operation processes. Resources of the caller's own are no endpoint.
pub fn endpoint(operation: &str) -> Option<Endpoint> {
    let mut endpoints = ENDPOINTS.into_iter();
    endpoints.find(|endpoint| endpoint.operation == operation)
}
