//! Defaults and rules for the settings of a service.

use authlete::ApiVersion;

use super::check::{self, Invalid};
use super::client_metadata;
use super::enum_values::{EnumMember, of_enum};
use super::service_settings::ServiceSettings;
use super::{certificates, credential_issuer_rules, scopes};
use crate::json::{Object, ObjectExt};
use crate::result_code::CUSTOM_METADATA_RESERVED;

/// Settings that Authlete assigns or maintains. Requests cannot change them.
const ASSIGNED: [&str; 8] = [
    "number",
    "serviceOwnerNumber",
    "apiKey",
    "apiSecret",
    "createdAt",
    "modifiedAt",
    "hsks",
    "metadata",
];

/// Flags of Authlete's former direct endpoints. They are always `false`.
const RETIRED_ENDPOINTS: [&str; 6] = [
    "directAuthorizationEndpointEnabled",
    "directIntrospectionEndpointEnabled",
    "directJwksEndpointEnabled",
    "directRevocationEndpointEnabled",
    "directTokenEndpointEnabled",
    "directUserInfoEndpointEnabled",
];

/// Settings that updates by the 3.0 API leave unchanged.
const IGNORED_BY_UPDATE: [&str; 6] = [
    "clientIdAliasEnabled",
    "developerAuthenticationCallbackApiKey",
    "developerAuthenticationCallbackApiSecret",
    "developerAuthenticationCallbackEndpoint",
    "supportedSnses",
    "tokenBatchNotificationEndpoint",
];

/// The enum members of the credentials for social networks.
const SNS_ENUMS: [EnumMember; 1] = [("sns", of_enum!(Sns))];

/// Numbers that may be negative. Negative values mean the default, as 0 does.
const SIGNED: [&str; 3] = [
    "cnonceDuration",
    "credentialOfferDuration",
    "credentialTransactionDuration",
];

/// Numbers with a maximum of 65,535.
const INTERVALS: [&str; 3] = [
    "allowableClockSkew",
    "backchannelPollingInterval",
    "deviceFlowPollingInterval",
];

/// Removes settings that Authlete assigns and adds defaults. Durations default to 0, which means the default duration. Lists
/// of supported values other than those below have no default: without the list, all values that the emulator implements
/// are supported.
pub fn complete(given: &Object) -> Object {
    let mut defaults = Object::from_iter([
        ("accessTokenType".to_owned(), "Bearer".into()),
        ("clientIdAliasEnabled".to_owned(), true.into()),
        ("supportedClaimTypes".to_owned(), vec!["NORMAL"].into()),
        ("supportedDisplays".to_owned(), vec!["PAGE"].into()),
    ]);
    defaults.extend(super::with_default(ServiceSettings::FLAGS, false));
    defaults.extend(super::with_default(ServiceSettings::NUMBERS, 0));
    let mut settings =
        super::override_defaults::<authlete::types::Service>(defaults, given, &ASSIGNED);
    settings.extend(super::with_default(&RETIRED_ENDPOINTS, false));
    credential_issuer_rules::add_missing_kids(&mut settings);
    super::compact(&mut settings, ServiceSettings::KEY_SETS);
    scopes::complete(&mut settings);
    certificates::write_as_pem(&mut settings);
    settings
}

/// The settings after an update: omitted settings are reset to their defaults, and settings that are assigned or ignored by
/// the API are kept.
pub fn replace(current: &Object, given: &Object, version: ApiVersion) -> Object {
    let settings = super::keep_current(current, complete(given), &ASSIGNED);
    match version {
        ApiVersion::V2 => settings,
        ApiVersion::V3 => super::keep_current(current, settings, &IGNORED_BY_UPDATE),
    }
}

/// Refuses settings that Authlete refuses.
pub fn check(settings: &Object) -> Result<(), Invalid> {
    check::types::<authlete::types::Service>(settings)?;
    check::enums(settings, ServiceSettings::ENUMS)?;
    check::enums(settings, ServiceSettings::ENUM_LISTS)?;
    credential_issuer_rules::check(settings)?;
    check::enums_within(settings, "snsCredentials", &SNS_ENUMS)?;
    check::enums_within(settings, "developerSnsCredentials", &SNS_ENUMS)?;
    check::uris(settings)?;
    let numbers = ServiceSettings::NUMBERS
        .iter()
        .filter(|name| !SIGNED.contains(name));
    let numbers: Vec<_> = numbers.copied().collect();
    check::numbers(settings, &numbers, i64::MAX)?;
    check::numbers(settings, &INTERVALS, i64::from(u16::MAX))?;
    check::numbers(settings, &["userCodeLength"], i64::from(u8::MAX))?;
    check::asymmetric(settings, "accessTokenSignAlg")?;
    check::one_of(settings, "haipVersion", &["1.0"])?;
    check::one_of(settings, "idTokenAudType", &["array", "string"])?;
    check::uri_items(settings, "cimdAllowlist")?;
    custom_metadata(settings)?;
    certificates::check(settings)?;
    for name in ["jwks", "federationJwks"] {
        check::key_set(settings, name)?;
    }
    for anchor in settings.array("trustAnchors").unwrap_or_default() {
        let keys = anchor
            .as_object()
            .map_or(Ok(()), |anchor| check::key_set(anchor, "jwks"));
        keys.map_err(|invalid| invalid.within("trustAnchors"))?;
    }
    // RFC 8414 §2.
    check::identifier(settings, "issuer")?;
    scopes::check(settings)
}

/// Checks that no custom client metadata has the name of standard metadata.
fn custom_metadata(settings: &Object) -> Result<(), Invalid> {
    const MEMBER: &str = "supportedCustomClientMetadata";
    let names = settings.texts(MEMBER).unwrap_or_default();
    match names.iter().find(|name| client_metadata::is_standard(name)) {
        Some(name) => Err(Invalid::new(
            MEMBER,
            CUSTOM_METADATA_RESERVED,
            format_args!("'{name}' is a standard name"),
        )),
        None => Ok(()),
    }
}
