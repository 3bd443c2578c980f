//! Where an authorization response goes.

use super::oauth_error::OAuthError;
use crate::model::Parameters;
use crate::result_code::{
    NO_REDIRECT_URI, NO_REDIRECT_URI_FOR_IMPLICIT, NO_REDIRECT_URI_OF_PUBLIC_CLIENT,
    REDIRECT_URI_EMPTY, REDIRECT_URI_HAS_FRAGMENT, REDIRECT_URI_MALFORMED,
    REDIRECT_URI_MISSING_AMONG_SEVERAL, REDIRECT_URI_MISSING_FOR_OPENID, REDIRECT_URI_NATIVE_HTTP,
    REDIRECT_URI_NATIVE_HTTPS, REDIRECT_URI_NOT_REGISTERED, REDIRECT_URI_NOT_REGISTERED_FOR_OPENID,
    REDIRECT_URI_RELATIVE, REDIRECT_URI_WEB_LOCALHOST, REDIRECT_URI_WEB_NOT_HTTPS, ResultCode,
};
use crate::settings::{ClientSettings, ServiceSettings, Uri};

/// The redirect URI of a request: the requested one if it is registered (RFC 6749 §3.1.2.3), or without one the only
/// registered one. OpenID Connect Core 1.0 §3.1.2.1 wants it in the request always. A fragment has no place in it
/// (RFC 6749 §3.1.2).
pub fn resolve(
    parameters: &Parameters,
    service: &ServiceSettings,
    client: &ClientSettings,
) -> Result<String, OAuthError> {
    choose(parameters, service, client).map_err(OAuthError::invalid_request)
}

fn choose(
    parameters: &Parameters,
    service: &ServiceSettings,
    client: &ClientSettings,
) -> Result<String, ResultCode> {
    let openid = parameters.words("scope").contains(&"openid");
    let registered = client.redirect_uris().unwrap_or_default();
    let uri = match (parameters.get("redirect_uri"), registered.as_slice()) {
        (Some(requested), registered) => {
            let variable = service.loopback_redirection_uri_variable();
            let is_requested =
                |uri: &&str| *uri == requested || (variable && same_but_for_port(uri, requested));
            if !registered.iter().any(is_requested) {
                return Err(match openid {
                    true => REDIRECT_URI_NOT_REGISTERED_FOR_OPENID,
                    false => unregistered(requested),
                });
            }
            requested
        }
        (None, _) if parameters.is_blank("redirect_uri") => return Err(REDIRECT_URI_EMPTY),
        (None, _) if openid => return Err(REDIRECT_URI_MISSING_FOR_OPENID),
        (None, [only]) => only,
        (None, []) => return Err(unregistered_client(parameters, client)),
        (None, _) => return Err(REDIRECT_URI_MISSING_AMONG_SEVERAL),
    };
    if uri.contains('#') {
        return Err(REDIRECT_URI_HAS_FRAGMENT);
    }
    fit_application(uri, is_implicit(parameters), service, client)?;
    Ok(uri.to_owned())
}

/// What OpenID Connect Dynamic Client Registration 1.0 §2 demands of redirect URIs by the type of the application. A
/// client that has none is free of it. Where the service makes the ports of this machine variable, a native application
/// may name the machine by its address too, as it is to choose then.
fn fit_application(
    uri: &str,
    implicit: bool,
    service: &ServiceSettings,
    client: &ClientSettings,
) -> Result<(), ResultCode> {
    let Some(uri) = Uri::parse(uri) else {
        return Ok(());
    };
    let is_localhost = uri.host() == Some("localhost");
    let is_loopback = service.loopback_redirection_uri_variable() && uri.is_loopback();
    let code = match (client.application_type(), uri.scheme()) {
        (Some("WEB"), scheme) if implicit && scheme != "https" => REDIRECT_URI_WEB_NOT_HTTPS,
        (Some("WEB"), _) if implicit && is_localhost => REDIRECT_URI_WEB_LOCALHOST,
        (Some("NATIVE"), "https") => REDIRECT_URI_NATIVE_HTTPS,
        (Some("NATIVE"), "http") if !is_localhost && !is_loopback => REDIRECT_URI_NATIVE_HTTP,
        _ => return Ok(()),
    };
    Err(code)
}

/// Whether the response has a token.
fn is_implicit(parameters: &Parameters) -> bool {
    let response_type = parameters.words("response_type");
    response_type.contains(&"token") || response_type.contains(&"id_token")
}

/// What is wrong with a URI that the client has not registered.
fn unregistered(requested: &str) -> ResultCode {
    match Uri::parse(requested) {
        Some(uri) if uri.has_fragment() => REDIRECT_URI_HAS_FRAGMENT,
        Some(_) => REDIRECT_URI_NOT_REGISTERED,
        None if requested.contains(':') => REDIRECT_URI_MALFORMED,
        None => REDIRECT_URI_RELATIVE,
    }
}

/// The code for a request without a redirect URI of a client without one.
fn unregistered_client(parameters: &Parameters, client: &ClientSettings) -> ResultCode {
    match client.client_type() {
        Some("CONFIDENTIAL") if is_implicit(parameters) => NO_REDIRECT_URI_FOR_IMPLICIT,
        Some("CONFIDENTIAL") => NO_REDIRECT_URI,
        _ => NO_REDIRECT_URI_OF_PUBLIC_CLIENT,
    }
}

/// Whether two URIs lead to this machine and differ in the port alone, which an application can rarely choose
/// (RFC 8252 §7.3).
fn same_but_for_port(registered: &str, requested: &str) -> bool {
    match (without_port(registered), without_port(requested)) {
        (Some(registered), Some(requested)) => registered == requested,
        _ => false,
    }
}

/// The scheme, the host and the rest of a loopback redirect URI. Authlete goes beyond RFC 8252: the scheme may be any,
/// and the host a name.
fn without_port(uri: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = uri.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let hosts = ["127.0.0.1", "[::1]", "localhost"];
    let host = hosts.into_iter().find(|host| authority.starts_with(host))?;
    let port = authority.strip_prefix(host)?;
    let is_port = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok());
    is_port.then_some((scheme, host, path))
}

/// Adds the parameters of a response to the query of a redirect URI, which can have one (RFC 6749 §4.1.2).
pub fn with_query(uri: &str, parameters: &str) -> String {
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{separator}{parameters}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_extended() {
        let with_code = |uri| with_query(uri, "code=a+b");
        assert_eq!(
            with_code("https://a.example/"),
            "https://a.example/?code=a+b"
        );
        assert_eq!(
            with_code("https://a.example/?"),
            "https://a.example/?code=a+b"
        );
        assert_eq!(
            with_code("https://a.example/?x=1"),
            "https://a.example/?x=1&code=a+b"
        );
        assert_eq!(with_code("app:callback"), "app:callback?code=a+b");
    }

    #[test]
    fn only_the_port_of_a_loopback_address_is_free() {
        let same = |requested| same_but_for_port("http://127.0.0.1/a", requested);
        assert!(same("http://127.0.0.1:49152/a"));
        assert!(same("http://127.0.0.1/a"));
        for other in [
            "http://127.0.0.1:49152/b",
            "http://127.0.0.1:65536/a",
            "http://127.0.0.1:49152@evil.example/a",
            "http://127.0.0.1.evil.example/a",
            "http://localhost:49152/a",
            "https://127.0.0.1:49152/a",
        ] {
            assert!(!same(other), "{other}");
        }
        assert!(same_but_for_port("http://[::1]:1", "http://[::1]:2"));
        assert!(same_but_for_port(
            "https://localhost/",
            "https://localhost:2/"
        ));
        assert!(!same_but_for_port(
            "https://a.example:1/",
            "https://a.example:2/"
        ));
    }
}
