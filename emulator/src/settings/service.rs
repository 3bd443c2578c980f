//! The settings of a service.

use super::check::{self, Invalid};
use super::credential_issuer;
use super::vocabulary::{Words, of_enum};
use crate::json::{Members, Object};
use crate::protocol::lifetime;
use crate::result_code::{SCOPE_CHARACTER, SCOPE_TWICE, SCOPE_UNNAMED};

/// What Authlete assigns or maintains, and a request cannot change.
const ASSIGNED: [&str; 7] = [
    "number",
    "serviceOwnerNumber",
    "apiKey",
    "apiSecret",
    "createdAt",
    "modifiedAt",
    "hsks",
];

const FLAGS: [&str; 70] = [
    "accessTokenForExternalAttachmentEmbedded",
    "backchannelBindingMessageRequiredInFapi",
    "backchannelLogoutSessionSupported",
    "backchannelLogoutSupported",
    "backchannelUserCodeParameterSupported",
    "cimdAllowlistEnabled",
    "cimdAlwaysRetrieved",
    "cimdHttpPermitted",
    "cimdMetadataPolicyEnabled",
    "cimdQueryPermitted",
    "claimShortcutRestrictive",
    "clientAssertionAudRestrictedToIssuer",
    "clientAttesterRootsEnabled",
    "clientAttesterRootsOnly",
    "clientIdMetadataDocumentSupported",
    "dcrDuplicateSoftwareIdBlocked",
    "dcrScopeUsedAsRequestable",
    "directAuthorizationEndpointEnabled",
    "directIntrospectionEndpointEnabled",
    "directJwksEndpointEnabled",
    "directRevocationEndpointEnabled",
    "directTokenEndpointEnabled",
    "directUserInfoEndpointEnabled",
    "dpopNonceRequired",
    "dynamicRegistrationSupported",
    "errorDescriptionOmitted",
    "errorUriOmitted",
    "federationEnabled",
    "frontChannelRequestObjectEncryptionRequired",
    "grantManagementActionRequired",
    "hsmEnabled",
    "httpAliasProhibited",
    "idTokenReissuable",
    "issSuppressed",
    "jwtGrantByIdentifiableClientsOnly",
    "jwtGrantEncryptedJwtRejected",
    "jwtGrantUnsignedJwtRejected",
    "keyAttesterRootsEnabled",
    "keyAttesterRootsOnly",
    "loopbackRedirectionUriVariable",
    "missingClientIdAllowed",
    "mutualTlsValidatePkiCertChain",
    "nativeSsoSupported",
    "nbfOptional",
    "openidDroppedOnRefreshWithoutOfflineAccess",
    "parRequired",
    "pkceRequired",
    "pkceS256Required",
    "preAuthorizedGrantAnonymousAccessSupported",
    "refreshTokenDurationKept",
    "refreshTokenDurationReset",
    "refreshTokenIdempotent",
    "refreshTokenKept",
    "requestObjectAudienceChecked",
    "requestObjectEncryptionAlgMatchRequired",
    "requestObjectEncryptionEncMatchRequired",
    "requestObjectRequired",
    "rsResponseSigned",
    "scopeRequired",
    "singleAccessTokenPerSubject",
    "tlsClientCertificateBoundAccessTokens",
    "tokenExchangeByConfidentialClientsOnly",
    "tokenExchangeByIdentifiableClientsOnly",
    "tokenExchangeByPermittedClientsOnly",
    "tokenExchangeEncryptedJwtRejected",
    "tokenExchangeUnsignedJwtRejected",
    "tokenExpirationLinked",
    "traditionalRequestObjectProcessingApplied",
    "unauthorizedOnClientConfigSupported",
    "verifiableCredentialsEnabled",
];

const NUMBERS: [&str; 18] = [
    "allowableClockSkew",
    "attestationChallengeTimeWindow",
    "authorizationResponseDuration",
    "backchannelAuthReqIdDuration",
    "backchannelPollingInterval",
    "clientsPerDeveloper",
    "cnonceDuration",
    "credentialDuration",
    "credentialOfferDuration",
    "credentialTransactionDuration",
    "deviceFlowCodeDuration",
    "deviceFlowPollingInterval",
    "dpopNonceDuration",
    "federationConfigurationDuration",
    "idTokenDuration",
    "pushedAuthReqDuration",
    "userCodeLength",
    "userPinLength",
];

const WORDS: [Words; 17] = [
    ("accessTokenSignAlg", of_enum!(JwsAlg)),
    ("fapiModes", of_enum!(FapiMode)),
    ("supportedAttachments", of_enum!(AttachmentType)),
    (
        "supportedBackchannelTokenDeliveryModes",
        of_enum!(DeliveryMode),
    ),
    ("supportedClaimTypes", of_enum!(ClaimType)),
    (
        "supportedClientRegistrationTypes",
        of_enum!(ClientRegistrationType),
    ),
    ("supportedDeveloperSnses", of_enum!(Sns)),
    ("supportedDisplays", of_enum!(Display)),
    ("supportedGrantTypes", of_enum!(GrantType)),
    (
        "supportedIntrospectionAuthMethods",
        of_enum!(ClientAuthMethod),
    ),
    ("supportedPromptValues", of_enum!(Prompt)),
    ("supportedResponseTypes", of_enum!(ResponseType)),
    ("supportedRevocationAuthMethods", of_enum!(ClientAuthMethod)),
    ("supportedServiceProfiles", of_enum!(ServiceProfile)),
    ("supportedSnses", of_enum!(Sns)),
    ("supportedTokenAuthMethods", of_enum!(ClientAuthMethod)),
    ("userCodeCharset", of_enum!(UserCodeCharset)),
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
const INTERVALS: [&str; 2] = ["backchannelPollingInterval", "deviceFlowPollingInterval"];

const LIFETIMES: [&str; 3] = [
    "accessTokenDuration",
    "refreshTokenDuration",
    "authorizationCodeDuration",
];

/// The given settings without what is not theirs to give, and the defaults of what they leave out. The lists of what
/// is supported have no defaults: without a list, all is supported that the emulator has.
pub fn complete(given: &Object) -> Object {
    let lifetimes = [
        lifetime::ACCESS_TOKEN,
        lifetime::REFRESH_TOKEN,
        lifetime::AUTHORIZATION_CODE,
    ];
    let lifetimes = lifetimes.map(serde_json::Value::from);
    let names = LIFETIMES.map(str::to_owned);
    let mut defaults: Object = names.into_iter().zip(lifetimes).collect();
    defaults.extend([
        ("accessTokenType".to_owned(), "Bearer".into()),
        ("clientIdAliasEnabled".to_owned(), true.into()),
        ("supportedClaimTypes".to_owned(), vec!["NORMAL"].into()),
        ("supportedDisplays".to_owned(), vec!["PAGE"].into()),
    ]);
    defaults.extend(super::all(&FLAGS, false));
    defaults.extend(super::all(&NUMBERS, 0));
    let mut settings = super::over::<authlete::types::Service>(defaults, given, &ASSIGNED);
    credential_issuer::name_keys(&mut settings);
    settings
}

/// The settings after an update: what is left out goes back to its default, what Authlete assigned stays.
pub fn replace(current: &Object, given: &Object) -> Object {
    super::keep(current, complete(given), &ASSIGNED)
}

/// What Authlete would not take.
pub fn check(settings: &Object) -> Result<(), Invalid> {
    check::types::<authlete::types::Service>(settings)?;
    check::words(settings, &WORDS)?;
    credential_issuer::check(settings)?;
    check::words_within(settings, "snsCredentials", &SNS_WORDS)?;
    check::words_within(settings, "developerSnsCredentials", &SNS_WORDS)?;
    check::uris(settings)?;
    check::numbers(settings, &LIFETIMES, i64::MAX)?;
    let numbers = NUMBERS.iter().filter(|name| !SIGNED.contains(name));
    let numbers: Vec<_> = numbers.copied().collect();
    check::numbers(settings, &numbers, i64::MAX)?;
    check::numbers(settings, &INTERVALS, i64::from(u16::MAX))?;
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
    scopes(settings)
}

/// RFC 6749 §3.3: names of graphic characters without `"` and `\`, each once.
fn scopes(settings: &Object) -> Result<(), Invalid> {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    let scopes = settings.array("supportedScopes").unwrap_or_default().iter();
    let names = scopes.map(|scope| scope.as_object().and_then(|scope| scope.text("name")));
    let names: Vec<_> = names.map(Option::unwrap_or_default).collect();
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(is_allowed);
    if let Some(name) = names.iter().find(|name| !is_name(name)) {
        let code = match name.is_empty() {
            true => SCOPE_UNNAMED,
            false => SCOPE_CHARACTER,
        };
        return Err(Invalid::new(
            "supportedScopes",
            code,
            format_args!("'{name}' is no name of a scope"),
        ));
    }
    check::distinct("supportedScopes", SCOPE_TWICE, names)
}
