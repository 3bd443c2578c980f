//! Checks of grant types, response types and redirect URIs in dynamic client registration.

use super::{has, invalid_as, invalid_redirect_uri, refuse};
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::{
    METADATA_CODE_GRANT, METADATA_CODE_RESPONSE, METADATA_IMPLICIT_GRANT,
    METADATA_IMPLICIT_RESPONSE,
};
use crate::settings::client_rules::grant_types_of;
use crate::settings::{ClientSettings, ServiceSettings, Supported, Uri};
use crate::store::Service;

pub fn redirect_uris(settings: &ClientSettings) -> Result<(), OAuthError> {
    let redirect_uris = settings.redirect_uris().unwrap_or_default();
    let needs_one =
        ["IMPLICIT", "AUTHORIZATION_CODE"].map(|grant| has(settings.grant_types(), grant));
    if redirect_uris.is_empty() && needs_one.contains(&true) {
        let message = "redirect_uris: required by the grant types authorization_code and implicit";
        return Err(invalid_redirect_uri(message.to_owned()));
    }
    // The application type is checked when a redirect URI is used.
    for text in redirect_uris {
        let problem = match Uri::parse(text) {
            None => Some("is not an absolute URI"),
            Some(uri) if uri.has_fragment() => Some("has a fragment"),
            Some(_) => None,
        };
        if let Some(problem) = problem {
            return Err(invalid_redirect_uri(format!(
                "redirect_uris: '{text}' {problem}"
            )));
        }
    }
    Ok(())
}

pub fn supported(settings: &ClientSettings, service: &Service) -> Result<(), OAuthError> {
    let lists: [(_, Supported, _); 2] = [
        (
            settings.grant_types(),
            ServiceSettings::supported_grant_types,
            "grant_types",
        ),
        (
            settings.response_types(),
            ServiceSettings::supported_response_types,
            "response_types",
        ),
    ];
    for (values, list, name) in lists {
        let mut values = values.unwrap_or_default().into_iter();
        refuse(
            values.any(|value| !service.supports(list, value)),
            format!("{name}: not all are supported"),
        )?;
    }
    let method = settings.token_auth_method().unwrap_or_default();
    refuse(
        method != "NONE"
            && !service.supports(ServiceSettings::supported_token_auth_methods, method),
        "token_endpoint_auth_method: not supported",
    )
}

/// Grant types and response types require each other (RFC 7591 §2.1).
pub fn types(settings: &ClientSettings) -> Result<(), OAuthError> {
    let used = grant_types_of(&settings.response_types().unwrap_or_default());
    let is_used = |grant_type| used.contains(&grant_type);
    let is_registered = |grant_type| has(settings.grant_types(), grant_type);
    for (grant_type, without_response_type, message) in [
        (
            "AUTHORIZATION_CODE",
            METADATA_CODE_RESPONSE,
            "grant_types: authorization_code needs a response type with code",
        ),
        (
            "IMPLICIT",
            METADATA_IMPLICIT_RESPONSE,
            "grant_types: implicit needs a response type with token or id_token",
        ),
    ] {
        if is_registered(grant_type) && !is_used(grant_type) {
            return Err(invalid_as(without_response_type, message));
        }
    }
    for (grant_type, without_grant_type, message) in [
        (
            "AUTHORIZATION_CODE",
            METADATA_CODE_GRANT,
            "response_types: need the grant type authorization_code",
        ),
        (
            "IMPLICIT",
            METADATA_IMPLICIT_GRANT,
            "response_types: need the grant type implicit",
        ),
    ] {
        if is_used(grant_type) && !is_registered(grant_type) {
            return Err(invalid_as(without_grant_type, message));
        }
    }
    Ok(())
}
