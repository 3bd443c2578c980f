//! Defaults and rules for the settings of a client.

use std::collections::BTreeSet;

use authlete::ApiVersion;
use serde_json::Value;

use super::check::{self, Invalid};
use super::client_metadata;
use super::client_settings::{ClientExtension, ClientSettings};
use super::uri::Uri;
use crate::json::{Object, ObjectExt};
use crate::result_code::{
    CUSTOM_METADATA_MALFORMED, SETTING_ITEM_FRAGMENT, SETTING_ITEM_NOT_ASCII,
    SETTING_ITEM_TOO_LONG, SETTING_ITEM_TWICE,
};

/// Settings that Authlete assigns or maintains. Requests cannot change them.
const ASSIGNED: [&str; 12] = [
    "number",
    "serviceNumber",
    "clientId",
    "clientSecret",
    "createdAt",
    "modifiedAt",
    "clientSource",
    "dynamicallyRegistered",
    "automaticallyRegistered",
    "explicitlyRegistered",
    "discoveredByMetadataDocument",
    "registrationAccessTokenHash",
];

/// Settings that updates by the 3.0 API leave unchanged.
const IGNORED_BY_UPDATE: [&str; 18] = [
    "automaticallyRegistered",
    "clientIdAliasEnabled",
    "clientRegistrationTypes",
    "clientSource",
    "developer",
    "discoveredByMetadataDocument",
    "entityId",
    "explicitlyRegistered",
    "locked",
    "metadataDocumentExpiresAt",
    "metadataDocumentLocation",
    "metadataDocumentUpdatedAt",
    "organizationName",
    "registrationAccessTokenHash",
    "signedJwksUri",
    "trustAnchorId",
    "trustChainExpiresAt",
    "trustChainUpdatedAt",
];

/// The longest redirect URI, in characters.
const REDIRECT_URI_LENGTH: usize = 200;

const CUSTOM_METADATA: &str = "customMetadata";
const DERIVED_SECTOR: &str = "derivedSectorIdentifier";

/// Removes settings that Authlete assigns and adds defaults. The defaults for grant types and response types are those of
/// RFC 7591 §2, the default signature algorithm of ID tokens is that of OpenID Connect Dynamic Client Registration 1.0 §2.
/// Authlete has no default for the application type.
pub fn complete(given: &Object) -> Object {
    let mut defaults = Object::from_iter([
        ("clientType".to_owned(), "PUBLIC".into()),
        ("clientIdAliasEnabled".to_owned(), true.into()),
        ("clientSource".to_owned(), "STATIC_REGISTRATION".into()),
        ("grantTypes".to_owned(), vec!["AUTHORIZATION_CODE"].into()),
        ("responseTypes".to_owned(), vec!["CODE"].into()),
        ("subjectType".to_owned(), "PUBLIC".into()),
        ("idTokenSignAlg".to_owned(), "RS256".into()),
    ]);
    defaults.extend(super::with_default(ClientSettings::FLAGS, false));
    defaults.extend(super::with_default(ClientSettings::NUMBERS, 0));
    let mut settings =
        super::override_defaults::<authlete::types::Client>(defaults, given, &ASSIGNED);
    super::compact(&mut settings, &["jwks"]);
    if let Some(extension) = settings.get_mut("extension").and_then(Value::as_object_mut) {
        ClientExtension::complete(extension);
    }
    settings.remove(DERIVED_SECTOR);
    if let Some(sector) = derived_sector(&settings) {
        settings.insert(DERIVED_SECTOR.to_owned(), sector.into());
    }
    settings
}

/// Completes the settings of a client that registers itself: adds the defaults of RFC 7591 §2, and the client type. Missing
/// grant types or response types are derived from each other (§2.1).
pub fn complete_registration(settings: &mut Object) {
    let method = or_insert(settings, "tokenAuthMethod", || "CLIENT_SECRET_BASIC".into());
    let client_type = if *method == "NONE" {
        "PUBLIC"
    } else {
        "CONFIDENTIAL"
    };
    settings.insert("clientType".to_owned(), client_type.into());
    let response_types = settings.texts("responseTypes");
    let grant_types = response_types.map(|types| grant_types_of(&types));
    or_insert(settings, "grantTypes", || {
        grant_types
            .unwrap_or_else(|| vec!["AUTHORIZATION_CODE"])
            .into()
    });
    or_insert(settings, "applicationType", || "WEB".into());
    let grant_types = settings.texts("grantTypes").unwrap_or_default();
    let code = grant_types
        .contains(&"AUTHORIZATION_CODE")
        .then_some("CODE");
    or_insert(settings, "responseTypes", || code.into_iter().collect());
}

/// The grant types that belong to response types: `code` is exchanged at the token endpoint, tokens come from the
/// authorization endpoint.
pub fn grant_types_of(response_types: &[&str]) -> Vec<&'static str> {
    let any = |word| {
        let is_in = |types: &&str| types.split('_').any(|own| own == word);
        response_types.iter().any(is_in)
    };
    let code = any("CODE").then_some("AUTHORIZATION_CODE");
    let implicit = any("TOKEN").then_some("IMPLICIT");
    code.into_iter().chain(implicit).collect()
}

fn or_insert<'a>(
    settings: &'a mut Object,
    name: &str,
    default: impl FnOnce() -> Value,
) -> &'a Value {
    settings.entry(name).or_insert_with(default)
}

/// The settings after an update: omitted settings are reset to their defaults, assigned settings are kept.
pub fn replace(current: &Object, given: &Object) -> Object {
    super::keep_current(current, complete(given), &ASSIGNED)
}

/// The settings after an update by the API, which ignores some settings.
pub fn update(current: &Object, given: &Object, version: ApiVersion) -> Object {
    let settings = replace(current, given);
    match version {
        ApiVersion::V2 => settings,
        ApiVersion::V3 => super::keep_current(current, settings, &IGNORED_BY_UPDATE),
    }
}

/// The settings of a client that registers again. Settings that metadata cannot express are kept.
pub fn replace_registration(current: &Object, requested: Object) -> Object {
    let mut given = current.clone();
    client_metadata::remove_all(&mut given);
    given.remove(CUSTOM_METADATA);
    given.extend(requested);
    replace(current, &given)
}

/// Removes unsupported metadata from `customMetadata`.
pub fn filter_custom_metadata(settings: &mut Object, supported: &[&str]) {
    let Some(text) = settings.text(CUSTOM_METADATA) else {
        return;
    };
    let mut metadata: Object = serde_json::from_str(text).unwrap_or_default();
    metadata.retain(|name, _| supported.contains(&name.as_str()));
    match metadata.is_empty() {
        true => settings.remove(CUSTOM_METADATA),
        false => settings.insert(
            CUSTOM_METADATA.to_owned(),
            Value::Object(metadata).to_string().into(),
        ),
    };
}

/// Refuses settings that Authlete refuses.
pub fn check(settings: &Object) -> Result<(), Invalid> {
    check::types::<authlete::types::Client>(settings)?;
    check::enums(settings, ClientSettings::ENUMS)?;
    check::enums(settings, ClientSettings::ENUM_LISTS)?;
    check::uris(settings)?;
    check::numbers(settings, ClientSettings::NUMBERS, i64::MAX)?;
    check::key_set(settings, "jwks")?;
    if let Some(extension) = settings.object("extension") {
        check::numbers(extension, ClientExtension::DURATIONS, i64::MAX)?;
    }
    let redirect_uris = settings.texts("redirectUris").unwrap_or_default();
    redirect_uris.iter().try_for_each(|uri| redirect_uri(uri))?;
    check::distinct("redirectUris", SETTING_ITEM_TWICE, redirect_uris)?;
    check::uri_items(settings, "requestUris")?;
    check::distinguished_name(settings, "tlsClientAuthSubjectDn")?;
    check::asymmetric(settings, "bcRequestSignAlg")?;
    check::one_of(settings, "haipVersion", &["1.0"])?;
    let custom = settings.text(CUSTOM_METADATA);
    if custom.is_some_and(|text| serde_json::from_str::<Object>(text).is_err()) {
        return Err(Invalid::new(
            CUSTOM_METADATA,
            CUSTOM_METADATA_MALFORMED,
            "not the text of a JSON object",
        ));
    }
    Ok(())
}

/// Checks that a redirect URI is absolute, without a fragment (RFC 6749 §3.1.2), in ASCII and not too long. Whether
/// the application type allows it is checked on use.
fn redirect_uri(text: &str) -> Result<(), Invalid> {
    let refuse = |code, what| {
        Err(Invalid::new(
            "redirectUris",
            code,
            format!("'{text}' {what}"),
        ))
    };
    if !text.is_ascii() {
        return refuse(SETTING_ITEM_NOT_ASCII, "has non-ASCII characters");
    }
    if text.len() > REDIRECT_URI_LENGTH {
        return refuse(SETTING_ITEM_TOO_LONG, "is longer than 200 characters");
    }
    match check::uri_item("redirectUris", text)?.has_fragment() {
        true => refuse(SETTING_ITEM_FRAGMENT, "has a fragment"),
        false => Ok(()),
    }
}

/// The sector identifier for pairwise subjects: the host of the sector identifier URI, else the host of the redirect URIs
/// if they all have the same one (OpenID Connect Core 1.0 §8.1).
pub fn derived_sector(settings: &Object) -> Option<String> {
    let host = |text: &str| Some(Uri::parse(text)?.host()?.to_owned());
    if let Some(uri) = settings.text("sectorIdentifierUri") {
        return host(uri);
    }
    let redirect_uris = settings.array("redirectUris")?.iter();
    let mut hosts: BTreeSet<_> = redirect_uris.filter_map(Value::as_str).map(host).collect();
    let host = hosts.pop_first()?;
    host.filter(|_| hosts.is_empty())
}
