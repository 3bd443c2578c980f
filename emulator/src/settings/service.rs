//! The settings of a service.

use authlete::ApiVersion;

use super::check::{self, Invalid};
use super::client_metadata;
use super::service_settings::ServiceSettings;
use super::vocabulary::{Words, of_enum};
use super::{certificates, credential_issuer, scopes};
use crate::json::{Members, Object};
use crate::result_code::CUSTOM_METADATA_RESERVED;

/// What Authlete assigns or maintains, and a request cannot change.
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

/// The endpoints of Authlete's own that there are no more. They are off, whatever a request says.
const CLOSED_ENDPOINTS: [&str; 6] = [
    "directAuthorizationEndpointEnabled",
    "directIntrospectionEndpointEnabled",
    "directJwksEndpointEnabled",
    "directRevocationEndpointEnabled",
    "directTokenEndpointEnabled",
    "directUserInfoEndpointEnabled",
];

/// What an update by the 3.0 API leaves as it is.
const UNREAD_BY_UPDATE: [&str; 6] = [
    "clientIdAliasEnabled",
    "developerAuthenticationCallbackApiKey",
    "developerAuthenticationCallbackApiSecret",
    "developerAuthenticationCallbackEndpoint",
    "supportedSnses",
    "tokenBatchNotificationEndpoint",
];

/// The words in the credentials for a social network.
const SNS_WORDS: [Words; 1] = [("sns", of_enum!(Sns))];

/// Numbers that may be negative, which means what 0 means.
const SIGNED: [&str; 3] = [
    "cnonceDuration",
    "credentialOfferDuration",
    "credentialTransactionDuration",
];

/// Numbers that must fit into 16 bits.
const INTERVALS: [&str; 3] = [
    "allowableClockSkew",
    "backchannelPollingInterval",
    "deviceFlowPollingInterval",
];

/// The given settings without what is not theirs to give, and the defaults of what they leave out. A duration that is
/// left out is 0, which means that the default applies. Other lists of what is supported have no defaults: without a
/// list, all is supported that the emulator has.
pub fn complete(given: &Object) -> Object {
    let mut defaults = Object::from_iter([
        ("accessTokenType".to_owned(), "Bearer".into()),
        ("clientIdAliasEnabled".to_owned(), true.into()),
        ("supportedClaimTypes".to_owned(), vec!["NORMAL"].into()),
        ("supportedDisplays".to_owned(), vec!["PAGE"].into()),
    ]);
    defaults.extend(super::all(ServiceSettings::FLAGS, false));
    defaults.extend(super::all(ServiceSettings::NUMBERS, 0));
    let mut settings = super::over::<authlete::types::Service>(defaults, given, &ASSIGNED);
    settings.extend(super::all(&CLOSED_ENDPOINTS, false));
    credential_issuer::name_keys(&mut settings);
    super::compact(&mut settings, ServiceSettings::KEY_SETS);
    scopes::complete(&mut settings);
    certificates::write_as_pem(&mut settings);
    settings
}

/// The settings after an update: what is left out goes back to its default, what Authlete assigned stays, and so does
/// what the API does not read.
pub fn replace(current: &Object, given: &Object, version: ApiVersion) -> Object {
    let settings = super::keep(current, complete(given), &ASSIGNED);
    match version {
        ApiVersion::V2 => settings,
        ApiVersion::V3 => super::keep(current, settings, &UNREAD_BY_UPDATE),
    }
}

/// What Authlete would not take.
pub fn check(settings: &Object) -> Result<(), Invalid> {
    check::types::<authlete::types::Service>(settings)?;
    check::words(settings, ServiceSettings::WORDS)?;
    check::words(settings, ServiceSettings::WORD_LISTS)?;
    credential_issuer::check(settings)?;
    check::words_within(settings, "snsCredentials", &SNS_WORDS)?;
    check::words_within(settings, "developerSnsCredentials", &SNS_WORDS)?;
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

/// Custom metadata of clients have names that the standards do not use.
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
