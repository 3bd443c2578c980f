//! The table of client metadata and the corresponding settings.

use MetadataType::{Enum, Enums, Flag, Keys, Localized, Number, Text, Texts};

use crate::settings::enum_values::{EnumValues, of_enum};

/// The name of the metadata, the name of the setting, and the type.
pub type Metadata = (&'static str, &'static str, MetadataType);

#[derive(Debug, Clone, Copy)]
pub enum MetadataType {
    Text,
    Texts,
    Flag,
    Number,
    Enum(EnumValues),
    Enums(EnumValues),
    /// A JWK Set: an object in metadata, a text in settings.
    Keys,
    /// A text, with translations in the setting of this name.
    Localized(&'static str),
}

/// All supported metadata.
pub const METADATA: [Metadata; 58] = [
    ("redirect_uris", "redirectUris", Texts),
    (
        "response_types",
        "responseTypes",
        Enums(of_enum!(ResponseType)),
    ),
    ("grant_types", "grantTypes", Enums(of_enum!(GrantType))),
    (
        "application_type",
        "applicationType",
        Enum(of_enum!(ApplicationType)),
    ),
    ("contacts", "contacts", Texts),
    ("client_name", "clientName", Localized("clientNames")),
    ("logo_uri", "logoUri", Localized("logoUris")),
    ("client_uri", "clientUri", Localized("clientUris")),
    ("policy_uri", "policyUri", Localized("policyUris")),
    ("tos_uri", "tosUri", Localized("tosUris")),
    ("jwks_uri", "jwksUri", Text),
    ("jwks", "jwks", Keys),
    ("sector_identifier_uri", "sectorIdentifierUri", Text),
    ("subject_type", "subjectType", Enum(of_enum!(SubjectType))),
    (
        "id_token_signed_response_alg",
        "idTokenSignAlg",
        Enum(of_enum!(JwsAlg)),
    ),
    (
        "id_token_encrypted_response_alg",
        "idTokenEncryptionAlg",
        Enum(of_enum!(JweAlg)),
    ),
    (
        "id_token_encrypted_response_enc",
        "idTokenEncryptionEnc",
        Enum(of_enum!(JweEnc)),
    ),
    (
        "userinfo_signed_response_alg",
        "userInfoSignAlg",
        Enum(of_enum!(JwsAlg)),
    ),
    (
        "userinfo_encrypted_response_alg",
        "userInfoEncryptionAlg",
        Enum(of_enum!(JweAlg)),
    ),
    (
        "userinfo_encrypted_response_enc",
        "userInfoEncryptionEnc",
        Enum(of_enum!(JweEnc)),
    ),
    (
        "request_object_signing_alg",
        "requestSignAlg",
        Enum(of_enum!(JwsAlg)),
    ),
    (
        "request_object_encryption_alg",
        "requestEncryptionAlg",
        Enum(of_enum!(JweAlg)),
    ),
    (
        "request_object_encryption_enc",
        "requestEncryptionEnc",
        Enum(of_enum!(JweEnc)),
    ),
    (
        "token_endpoint_auth_method",
        "tokenAuthMethod",
        Enum(of_enum!(ClientAuthMethod)),
    ),
    (
        "token_endpoint_auth_signing_alg",
        "tokenAuthSignAlg",
        Enum(of_enum!(JwsAlg)),
    ),
    ("default_max_age", "defaultMaxAge", Number),
    ("require_auth_time", "authTimeRequired", Flag),
    ("default_acr_values", "defaultAcrs", Texts),
    ("initiate_login_uri", "loginUri", Text),
    ("request_uris", "requestUris", Texts),
    ("software_id", "softwareId", Text),
    ("software_version", "softwareVersion", Text),
    // RFC 8705, mutual TLS.
    ("tls_client_auth_subject_dn", "tlsClientAuthSubjectDn", Text),
    ("tls_client_auth_san_dns", "tlsClientAuthSanDns", Text),
    ("tls_client_auth_san_uri", "tlsClientAuthSanUri", Text),
    ("tls_client_auth_san_ip", "tlsClientAuthSanIp", Text),
    ("tls_client_auth_san_email", "tlsClientAuthSanEmail", Text),
    (
        "tls_client_certificate_bound_access_tokens",
        "tlsClientCertificateBoundAccessTokens",
        Flag,
    ),
    ("use_mtls_endpoint_aliases", "mtlsEndpointAliasesUsed", Flag),
    // JARM.
    (
        "authorization_signed_response_alg",
        "authorizationSignAlg",
        Enum(of_enum!(JwsAlg)),
    ),
    (
        "authorization_encrypted_response_alg",
        "authorizationEncryptionAlg",
        Enum(of_enum!(JweAlg)),
    ),
    (
        "authorization_encrypted_response_enc",
        "authorizationEncryptionEnc",
        Enum(of_enum!(JweEnc)),
    ),
    (
        "response_modes",
        "responseModes",
        Enums(of_enum!(ResponseMode)),
    ),
    // OpenID Connect CIBA Core 1.0 §4.
    (
        "backchannel_token_delivery_mode",
        "bcDeliveryMode",
        Enum(of_enum!(DeliveryMode)),
    ),
    (
        "backchannel_client_notification_endpoint",
        "bcNotificationEndpoint",
        Text,
    ),
    (
        "backchannel_authentication_request_signing_alg",
        "bcRequestSignAlg",
        Enum(of_enum!(JwsAlg)),
    ),
    (
        "backchannel_user_code_parameter",
        "bcUserCodeRequired",
        Flag,
    ),
    // RFC 9101, RFC 9126, RFC 9396, RFC 9449.
    (
        "require_signed_request_object",
        "requestObjectRequired",
        Flag,
    ),
    ("require_pushed_authorization_requests", "parRequired", Flag),
    (
        "authorization_details_types",
        "authorizationDetailsTypes",
        Texts,
    ),
    ("dpop_bound_access_tokens", "dpopRequired", Flag),
    // OpenID Connect Back-Channel Logout 1.0 §2.2, OpenID Connect for Identity Assurance 1.0, and others.
    ("backchannel_logout_uri", "backchannelLogoutUri", Text),
    (
        "backchannel_logout_session_required",
        "backchannelLogoutSessionRequired",
        Flag,
    ),
    ("digest_algorithm", "digestAlgorithm", Text),
    ("credential_offer_endpoint", "credentialOfferEndpoint", Text),
    ("organization_name", "organizationName", Text),
    ("signed_jwks_uri", "signedJwksUri", Text),
    (
        "client_registration_types",
        "clientRegistrationTypes",
        Enums(of_enum!(ClientRegistrationType)),
    ),
];
