//! The `Authorization` header of a call.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use crate::config::{ConfigError, Credentials, Setting};
use crate::operation::CredentialKind;
use crate::{Route, Secret};

/// The `Authorization` headers of the configured credentials, ready to send.
#[derive(Clone)]
pub(crate) struct AuthorizationHeaders {
    by_kind: Vec<(CredentialKind, HeaderValue)>,
}

impl AuthorizationHeaders {
    /// `token_scheme` is the authentication scheme of access tokens: `Bearer` (RFC 6750 §2.1) or `DPoP` (RFC 9449 §7.1).
    pub(crate) fn new(credentials: &Credentials, token_scheme: &str) -> Result<Self, ConfigError> {
        let Credentials {
            service_key,
            service_owner_key,
            service_access_token,
            organization_token,
        } = credentials;
        let mut by_kind = Vec::new();
        for (kind, setting, pair) in [
            (
                CredentialKind::ServiceKey,
                Setting::ServiceApiSecret,
                service_key,
            ),
            (
                CredentialKind::ServiceOwnerKey,
                Setting::ServiceOwnerApiSecret,
                service_owner_key,
            ),
        ] {
            if let Some((key, secret)) = pair {
                by_kind.push((kind, basic(setting, key, secret)?));
            }
        }
        for (kind, setting, token) in [
            (
                CredentialKind::ServiceAccessToken,
                Setting::ServiceAccessToken,
                service_access_token,
            ),
            (
                CredentialKind::OrganizationToken,
                Setting::ServiceOwnerAccessToken,
                organization_token,
            ),
        ] {
            if let Some(token) = token {
                by_kind.push((
                    kind,
                    header(setting, &format!("{token_scheme} {}", token.expose()))?,
                ));
            }
        }
        Ok(Self { by_kind })
    }

    /// The header of the first configured credential, in the order of preference of the route.
    pub(crate) fn for_route(&self, route: &Route) -> Option<&HeaderValue> {
        route.credentials.iter().find_map(|wanted| {
            self.by_kind
                .iter()
                .find(|(kind, _)| kind == wanted)
                .map(|(_, header)| header)
        })
    }

    /// The message that names the settings that a call needs.
    pub(crate) fn missing(route: &Route) -> String {
        let alternatives: Vec<String> = route
            .credentials
            .iter()
            .map(|kind| settings(*kind))
            .collect();
        format!("needs {}", alternatives.join(", or "))
    }
}

fn settings(kind: CredentialKind) -> String {
    match kind {
        CredentialKind::ServiceKey => format!(
            "{} and {}",
            Setting::ServiceApiKey,
            Setting::ServiceApiSecret
        ),
        CredentialKind::ServiceOwnerKey => {
            format!(
                "{} and {}",
                Setting::ServiceOwnerApiKey,
                Setting::ServiceOwnerApiSecret
            )
        }
        CredentialKind::ServiceAccessToken => Setting::ServiceAccessToken.to_string(),
        CredentialKind::OrganizationToken => Setting::ServiceOwnerAccessToken.to_string(),
    }
}

/// RFC 7617: the key and the secret, joined by a colon, in base64.
fn basic(setting: Setting, key: &str, secret: &Secret) -> Result<HeaderValue, ConfigError> {
    let pair = Zeroizing::new(format!("{key}:{}", secret.expose()));
    header(
        setting,
        &format!("Basic {}", BASE64_STANDARD.encode(pair.as_bytes())),
    )
}

fn header(setting: Setting, text: &str) -> Result<HeaderValue, ConfigError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        ConfigError::client(format!(
            "{setting} has a character that is not allowed in an HTTP header"
        ))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Debug` output of a request must not show credentials.
    #[test]
    fn headers_are_sensitive() {
        let secret = Secret::from("SECRET");
        let credentials = Credentials {
            service_key: Some(("1".to_owned(), secret.clone())),
            organization_token: Some(secret),
            ..Credentials::default()
        };
        let headers = AuthorizationHeaders::new(&credentials, "Bearer").unwrap();
        assert_eq!(headers.by_kind.len(), 2);
        assert!(
            headers
                .by_kind
                .iter()
                .all(|(_, header)| header.is_sensitive())
        );
    }
}
