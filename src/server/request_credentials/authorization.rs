//! The `Authorization` header.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;

use super::{ClientCredentials, PresentedToken, RequestCredentialsError, TokenScheme};

/// The content of an `Authorization` header, by its scheme.
pub(super) enum Authorization {
    Basic(Result<ClientCredentials, RequestCredentialsError>),
    Token(Result<PresentedToken, RequestCredentialsError>),
    Other,
}

impl Authorization {
    /// Schemes are case-insensitive (RFC 9110 §11.1).
    pub(super) fn parse(header: &str) -> Self {
        let (scheme, credentials) = header.split_once(' ').unwrap_or((header, ""));
        let credentials = credentials.trim();
        let is = |name: &str| scheme.eq_ignore_ascii_case(name);
        if is("Basic") {
            return Self::Basic(
                basic(credentials).ok_or(RequestCredentialsError::BasicCredentials),
            );
        }
        if is("Bearer") {
            return Self::Token(token(credentials, TokenScheme::Bearer));
        }
        if is("DPoP") {
            return Self::Token(token(credentials, TokenScheme::Dpop));
        }
        Self::Other
    }
}

/// RFC 6749 §2.3.1: both parts are form-encoded before they are joined by a colon.
fn basic(credentials: &str) -> Option<ClientCredentials> {
    let credentials = BASE64_STANDARD.decode(credentials).ok()?;
    let credentials = String::from_utf8(credentials).ok()?;
    let (id, secret) = credentials.split_once(':')?;
    Some(ClientCredentials {
        client_id: form_decoded(id)?.into(),
        client_secret: form_decoded(secret)?.into(),
    })
}

/// Accepts visible ASCII, which includes the characters of RFC 6750 §2.1.
pub(super) fn token(
    value: &str,
    scheme: TokenScheme,
) -> Result<PresentedToken, RequestCredentialsError> {
    let is_token = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic());
    is_token
        .then(|| PresentedToken {
            value: value.into(),
            scheme,
        })
        .ok_or(RequestCredentialsError::Token)
}

/// The values of a parameter in a form.
pub(in crate::server) fn form_values<'a>(
    form: &'a str,
    name: &'a str,
) -> impl Iterator<Item = String> + 'a {
    let pairs = form
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let named = pairs.filter(move |(key, _)| form_decoded(key).is_some_and(|key| key == name));
    named.filter_map(|(_, value)| form_decoded(value))
}

fn form_decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}
