//! The rules of dynamic client registration (RFC 7591 §2, OpenID Connect Dynamic Client Registration 1.0 §2).

mod flows;
mod keys;

pub use keys::needs_secret;

use super::oauth_error::OAuthError;
use crate::result_code::{
    METADATA_INVALID, METADATA_NO_URI, METADATA_NOT_HTTPS, METADATA_SECTOR, REDIRECT_URIS_INVALID,
    ResultCode, SETTING_INVALID,
};
use crate::settings::client_metadata;
use crate::settings::{ClientSettings, Uri, client_rules};
use crate::store::Service;

/// The error for invalid metadata, with a description that names it.
pub fn invalid(message: impl Into<String>) -> OAuthError {
    invalid_as(METADATA_INVALID, message)
}

/// The error for invalid metadata, with a specific result code.
pub fn invalid_as(code: ResultCode, message: impl Into<String>) -> OAuthError {
    OAuthError {
        description: Some(message.into().into_boxed_str()),
        ..OAuthError::new("invalid_client_metadata", code)
    }
}

fn invalid_redirect_uri(message: String) -> OAuthError {
    OAuthError {
        description: Some(message.into_boxed_str()),
        ..OAuthError::new("invalid_redirect_uri", REDIRECT_URIS_INVALID)
    }
}

/// Refuses metadata that is inconsistent, insecure or not supported.
pub fn check(settings: &ClientSettings, service: &Service) -> Result<(), OAuthError> {
    flows::redirect_uris(settings)?;
    client_rules::check(settings.json()).map_err(|error| {
        let name = client_metadata::name_of(&error.member);
        let is_uri = error.code == SETTING_INVALID && name.ends_with("_uri");
        let code = match is_uri {
            true => METADATA_NO_URI,
            false => METADATA_INVALID,
        };
        invalid_as(code, format!("{name}: {}", error.reason))
    })?;
    flows::supported(settings, service)?;
    flows::types(settings)?;
    keys::keys(settings)?;
    keys::certificate(settings)?;
    keys::algorithms(settings)?;
    backchannel(settings)?;
    if settings.subject_type() == Some("PAIRWISE")
        && client_rules::derived_sector(settings.json()).is_none()
    {
        return Err(invalid_as(
            METADATA_SECTOR,
            "subject_type: pairwise needs sector_identifier_uri unless all redirect URIs have one host",
        ));
    }
    for (uri, name) in [
        (settings.sector_identifier_uri(), "sector_identifier_uri"),
        (settings.login_uri(), "initiate_login_uri"),
    ] {
        let uri = uri.and_then(Uri::parse);
        if uri.is_some_and(|uri| uri.scheme() != "https") {
            let message = format!("{name}: must be an https URI");
            return Err(invalid_as(METADATA_NOT_HTTPS, message));
        }
    }
    Ok(())
}

/// Checks the CIBA metadata (OpenID Connect CIBA Core 1.0 §4).
fn backchannel(settings: &ClientSettings) -> Result<(), OAuthError> {
    let mode = settings.bc_delivery_mode();
    refuse(
        mode.is_none() && has(settings.grant_types(), "CIBA"),
        "backchannel_token_delivery_mode: required for CIBA",
    )?;
    let endpoint = settings.bc_notification_endpoint().and_then(Uri::parse);
    let needs_endpoint = matches!(mode, Some("PING" | "PUSH"));
    let message =
        "backchannel_client_notification_endpoint: an https URI is required for ping and push";
    if endpoint.is_some_and(|uri| uri.scheme() != "https") && needs_endpoint {
        return Err(invalid_as(METADATA_NOT_HTTPS, message));
    }
    refuse(
        needs_endpoint && !settings.has_bc_notification_endpoint(),
        message,
    )?;
    let alg = settings.bc_request_sign_alg();
    refuse(
        alg.is_some_and(|alg| alg == "NONE" || keys::is_symmetric(alg)),
        "backchannel_authentication_request_signing_alg: must be asymmetric",
    )
}

fn refuse(wrong: bool, message: impl Into<String>) -> Result<(), OAuthError> {
    if wrong { Err(invalid(message)) } else { Ok(()) }
}

fn has(values: Option<Vec<&str>>, value: &str) -> bool {
    values.is_some_and(|values| values.contains(&value))
}
