//! Where an authorization response goes.

use super::oauth_error::OAuthError;
use crate::json::{Members, Object};
use crate::result_code::{REDIRECT_URI_MISSING, REDIRECT_URI_NOT_REGISTERED};

/// The redirect URI of a request: the requested one if it is registered, compared as text (RFC 6749 §3.1.2.3), or
/// without one the only registered one. OpenID Connect Core 1.0 §3.1.2.1 wants it in the request always.
pub fn resolve(
    requested: Option<&str>,
    openid: bool,
    client: &Object,
) -> Result<String, OAuthError> {
    let registered = client.texts("redirectUris").unwrap_or_default();
    match (requested, registered.as_slice()) {
        (Some(requested), registered) if registered.contains(&requested) => {
            Ok(requested.to_owned())
        }
        (Some(_), _) => Err(OAuthError::invalid_request(REDIRECT_URI_NOT_REGISTERED)),
        (None, [only]) if !openid => Ok((*only).to_owned()),
        (None, _) => Err(OAuthError::invalid_request(REDIRECT_URI_MISSING)),
    }
}

/// Adds the parameters of a response to the query of a redirect URI, which can have one (RFC 6749 §4.1.2).
pub fn with_parameters<'a>(
    uri: &str,
    parameters: impl IntoIterator<Item = (&'a str, String)>,
) -> String {
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("{uri}{separator}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_extended() {
        let with_code = |uri| with_parameters(uri, [("code", "a b".to_owned())]);
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
}
