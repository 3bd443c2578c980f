//! Checks for settings of a client that depend on each other or on the service.

use serde_json::Value;

use super::check::Invalid;
use super::client_rules;
use super::client_settings::{CERTIFICATE_SUBJECTS, ClientSettings};
use super::service_settings::ServiceSettings;
use super::uri::Uri;
use crate::json::ObjectExt;
use crate::result_code::{
    ALIAS_PROHIBITED, AUTHORIZATION_ALG_MISSING, CERTIFICATE_SUBJECT_MISSING,
    CERTIFICATE_SUBJECT_REPEATED, ID_TOKEN_ALG_MISSING, NOTIFICATION_ENDPOINT_MISSING,
    REQUEST_ALG_MISSING, ResultCode, SECTOR_NOT_HTTPS, SECTOR_UNKNOWN, TAG_MISSING, TAG_TWICE,
    TAGGED_VALUE_MISSING, TAGGED_VALUE_NO_URI, USER_INFO_ALG_MISSING,
};

/// Values with language tags.
const TAGGED: [&str; 6] = [
    "clientNames",
    "clientUris",
    "descriptions",
    "logoUris",
    "policyUris",
    "tosUris",
];

/// Pairs of `alg` and `enc` settings, and the code for an `enc` without `alg`.
const ENCRYPTION: [(&str, &str, ResultCode); 4] = [
    (
        "idTokenEncryptionAlg",
        "idTokenEncryptionEnc",
        ID_TOKEN_ALG_MISSING,
    ),
    (
        "userInfoEncryptionAlg",
        "userInfoEncryptionEnc",
        USER_INFO_ALG_MISSING,
    ),
    (
        "requestEncryptionAlg",
        "requestEncryptionEnc",
        REQUEST_ALG_MISSING,
    ),
    (
        "authorizationEncryptionAlg",
        "authorizationEncryptionEnc",
        AUTHORIZATION_ALG_MISSING,
    ),
];

/// Refuses combinations that Authlete refuses in management calls.
pub fn check(settings: &ClientSettings, service: &ServiceSettings) -> Result<(), Invalid> {
    TAGGED
        .into_iter()
        .try_for_each(|name| tagged(settings, name))?;
    encryption(settings)?;
    alias(settings, service)?;
    sector(settings)?;
    notification(settings)?;
    certificate(settings)
}

fn tagged(settings: &ClientSettings, name: &str) -> Result<(), Invalid> {
    let refuse = |code, reason| Err(Invalid::new(name, code, reason));
    let values = settings.json().array(name).unwrap_or_default().iter();
    let mut tags = Vec::new();
    for value in values.filter_map(Value::as_object) {
        let (tag, value) = match (value.text("tag"), value.text("value")) {
            (None, _) => return refuse(TAG_MISSING, "a tag is missing"),
            (_, None) => return refuse(TAGGED_VALUE_MISSING, "a value is missing"),
            (Some(tag), Some(value)) => (tag, value),
        };
        if tags.contains(&tag) {
            return refuse(TAG_TWICE, "a tag is repeated");
        }
        if name.ends_with("Uris") && Uri::parse(value).is_none() {
            return refuse(TAGGED_VALUE_NO_URI, "a value is not an absolute URI");
        }
        tags.push(tag);
    }
    Ok(())
}

fn encryption(settings: &ClientSettings) -> Result<(), Invalid> {
    for (alg, enc, code) in ENCRYPTION {
        let is_given = |name| settings.json().text(name).is_some();
        if is_given(enc) && !is_given(alg) {
            let reason = format_args!("{alg} is missing");
            return Err(Invalid::new(enc, code, reason));
        }
    }
    Ok(())
}

/// An alias that is an HTTP URL could be confused with an entity identifier or the URL of a metadata document.
fn alias(settings: &ClientSettings, service: &ServiceSettings) -> Result<(), Invalid> {
    let alias = settings.client_id_alias();
    let is_http = ["http://", "https://"]
        .into_iter()
        .any(|scheme| alias.is_some_and(|alias| alias.starts_with(scheme)));
    match is_http && service.http_alias_prohibited() {
        true => Err(Invalid::new(
            "clientIdAlias",
            ALIAS_PROHIBITED,
            "httpAliasProhibited is enabled on the service",
        )),
        false => Ok(()),
    }
}

/// OpenID Connect Core 1.0 §8.1.
fn sector(settings: &ClientSettings) -> Result<(), Invalid> {
    let uri = settings.sector_identifier_uri().and_then(Uri::parse);
    if uri.is_some_and(|uri| uri.scheme() != "https") {
        let reason = "the scheme is not https";
        return Err(Invalid::new(
            "sectorIdentifierUri",
            SECTOR_NOT_HTTPS,
            reason,
        ));
    }
    let is_pairwise = settings.subject_type() == Some("PAIRWISE");
    match is_pairwise && client_rules::derived_sector(settings.json()).is_none() {
        true => Err(Invalid::new(
            "subjectType",
            SECTOR_UNKNOWN,
            "PAIRWISE requires sectorIdentifierUri, or redirectUris with the same host",
        )),
        false => Ok(()),
    }
}

/// OpenID Connect CIBA Core 1.0 §4.
fn notification(settings: &ClientSettings) -> Result<(), Invalid> {
    const ENDPOINT: &str = "bcNotificationEndpoint";
    let needs_endpoint = matches!(settings.bc_delivery_mode(), Some("PING" | "PUSH"));
    match needs_endpoint && settings.bc_notification_endpoint().is_none() {
        true => Err(Invalid::new(
            ENDPOINT,
            NOTIFICATION_ENDPOINT_MISSING,
            "required by bcDeliveryMode",
        )),
        false => Ok(()),
    }
}

fn certificate(settings: &ClientSettings) -> Result<(), Invalid> {
    let subjects = CERTIFICATE_SUBJECTS.iter();
    let count = subjects
        .filter(|name| settings.json().text(name).is_some())
        .count();
    let refuse = |code, reason| Err(Invalid::new("tokenAuthMethod", code, reason));
    match (settings.token_auth_method(), count) {
        (_, 2..) => refuse(
            CERTIFICATE_SUBJECT_REPEATED,
            "more than one certificate subject is set",
        ),
        (Some("TLS_CLIENT_AUTH"), 0) => refuse(
            CERTIFICATE_SUBJECT_MISSING,
            "TLS_CLIENT_AUTH requires a certificate subject",
        ),
        _ => Ok(()),
    }
}
