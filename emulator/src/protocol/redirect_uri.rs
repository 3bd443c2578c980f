//! The redirect URI of an authorization response.

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

/// The redirect URI of a request: the requested one if it is registered (RFC 6749 §3.1.2.3), or the only registered one if
/// the request has none. OpenID Connect Core 1.0 §3.1.2.1 requires it in the request. It must not have a fragment (RFC
/// 6749 §3.1.2).
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
    let openid = parameters.space_delimited("scope").contains(&"openid");
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

/// Checks a redirect URI against the application type (OpenID Connect Dynamic Client Registration 1.0 §2). Clients without
/// an application type are not restricted. If the service allows variable loopback ports, a native application may also
/// use a loopback address.
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

/// Whether the authorization response contains a token.
fn is_implicit(parameters: &Parameters) -> bool {
    let response_type = parameters.space_delimited("response_type");
    response_type.contains(&"token") || response_type.contains(&"id_token")
}

/// The code for a redirect URI that the client has not registered.
fn unregistered(requested: &str) -> ResultCode {
    match Uri::parse(requested) {
        Some(uri) if uri.has_fragment() => REDIRECT_URI_HAS_FRAGMENT,
        Some(_) => REDIRECT_URI_NOT_REGISTERED,
        None if requested.contains(':') => REDIRECT_URI_MALFORMED,
        None => REDIRECT_URI_RELATIVE,
    }
}

/// The code for a request without a redirect URI from a client without registered ones.
fn unregistered_client(parameters: &Parameters, client: &ClientSettings) -> ResultCode {
    match client.client_type() {
        Some("CONFIDENTIAL") if is_implicit(parameters) => NO_REDIRECT_URI_FOR_IMPLICIT,
        Some("CONFIDENTIAL") => NO_REDIRECT_URI,
        _ => NO_REDIRECT_URI_OF_PUBLIC_CLIENT,
    }
}

/// Whether two URIs are loopback URIs that differ only in the port, which an application can rarely choose (RFC 8252
/// §7.3).
fn same_but_for_port(registered: &str, requested: &str) -> bool {
    match (without_port(registered), without_port(requested)) {
        (Some(registered), Some(requested)) => registered == requested,
        _ => false,
    }
}

/// The scheme, the host and the rest of a loopback redirect URI. Unlike RFC 8252, Authlete allows any scheme, and the host
/// `localhost`.
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

/// Adds response parameters to a redirect URI, which can already have a query (RFC 6749 §4.1.2).
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
    fn parameters_are_added_to_the_query() {
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
    fn only_the_port_of_a_loopback_uri_may_differ() {
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
