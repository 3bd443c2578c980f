//! The metadata of a service as an authorization server and OpenID provider.

use authlete::types::{
    AttachmentType, ClaimType, ClientAuthMethod, ClientRegistrationType, DeliveryMode, Display,
    GmAction, GrantType, JweAlg, JweEnc, Prompt, ResponseType,
};
use serde_json::{Value, json};

use super::client_attestation;
use super::credential_issuer;
use super::dpop;
use super::keys;
use super::native_sso;
use crate::jose::{ContentEncryption, KeyManagement};
use crate::json::{Members, Object};
use crate::store::Service;

/// Settings that are published unchanged.
const AS_THEY_ARE: &[(&str, &str)] = &[
    ("issuer", "issuer"),
    ("authorization_endpoint", "authorizationEndpoint"),
    ("token_endpoint", "tokenEndpoint"),
    ("userinfo_endpoint", "userInfoEndpoint"),
    ("jwks_uri", "jwksUri"),
    ("revocation_endpoint", "revocationEndpoint"),
    ("introspection_endpoint", "introspectionEndpoint"),
    ("end_session_endpoint", "endSessionEndpoint"),
    (
        "device_authorization_endpoint",
        "deviceAuthorizationEndpoint",
    ),
    (
        "backchannel_authentication_endpoint",
        "backchannelAuthenticationEndpoint",
    ),
    (
        "pushed_authorization_request_endpoint",
        "pushedAuthReqEndpoint",
    ),
    ("grant_management_endpoint", "grantManagementEndpoint"),
    (
        "grant_management_action_required",
        "grantManagementActionRequired",
    ),
    ("service_documentation", "serviceDocumentation"),
    ("op_policy_uri", "policyUri"),
    ("op_tos_uri", "tosUri"),
    ("acr_values_supported", "supportedAcrs"),
    ("claims_supported", "supportedClaims"),
    ("claims_locales_supported", "supportedClaimLocales"),
    ("ui_locales_supported", "supportedUiLocales"),
    (
        "authorization_details_types_supported",
        "supportedAuthorizationDetailsTypes",
    ),
    // OpenID Connect for Identity Assurance 1.0 and its drafts.
    (
        "claims_in_verified_claims_supported",
        "supportedVerifiedClaims",
    ),
    ("trust_frameworks_supported", "supportedTrustFrameworks"),
    ("evidence_supported", "supportedEvidence"),
    ("id_documents_supported", "supportedIdentityDocuments"),
    ("documents_supported", "supportedDocuments"),
    (
        "id_documents_verification_methods_supported",
        "supportedVerificationMethods",
    ),
    ("documents_methods_supported", "supportedDocumentsMethods"),
    (
        "documents_validation_methods_supported",
        "supportedDocumentsValidationMethods",
    ),
    (
        "documents_verification_methods_supported",
        "supportedDocumentsVerificationMethods",
    ),
    (
        "documents_check_methods_supported",
        "supportedDocumentsCheckMethods",
    ),
    ("electronic_records_supported", "supportedElectronicRecords"),
    ("digest_algorithms_supported", "supportedDigestAlgorithms"),
    ("require_pushed_authorization_requests", "parRequired"),
    (
        "tls_client_certificate_bound_access_tokens",
        "tlsClientCertificateBoundAccessTokens",
    ),
    (
        "backchannel_user_code_parameter_supported",
        "backchannelUserCodeParameterSupported",
    ),
    ("backchannel_logout_supported", "backchannelLogoutSupported"),
    (
        "backchannel_logout_session_supported",
        "backchannelLogoutSessionSupported",
    ),
    ("challenge_endpoint", "challengeEndpoint"),
];

/// The grant types that the emulator supports, which are also the default.
const GRANT_TYPES: [GrantType; 9] = [
    GrantType::AuthorizationCode,
    GrantType::Implicit,
    GrantType::Password,
    GrantType::ClientCredentials,
    GrantType::RefreshToken,
    GrantType::Ciba,
    GrantType::DeviceCode,
    GrantType::TokenExchange,
    GrantType::JwtBearer,
];

/// The client authentication methods.
const AUTHENTICATION_METHODS: [ClientAuthMethod; 8] = [
    ClientAuthMethod::None,
    ClientAuthMethod::ClientSecretBasic,
    ClientAuthMethod::ClientSecretPost,
    ClientAuthMethod::ClientSecretJwt,
    ClientAuthMethod::PrivateKeyJwt,
    ClientAuthMethod::TlsClientAuth,
    ClientAuthMethod::SelfSignedTlsClientAuth,
    ClientAuthMethod::AttestJwtClientAuth,
];

/// The metadata document. Features that the emulator does not support are left out, regardless of the settings.
pub fn of(service: &Service) -> Object {
    let settings = &service.settings;
    let mut document = Object::new();
    for (name, setting) in AS_THEY_ARE {
        publish(&mut document, name, settings.get(*setting).cloned());
    }
    if settings.text("grantManagementEndpoint").is_some() {
        let actions = GmAction::KNOWN.iter().map(GmAction::protocol_value);
        let actions = json!(actions.collect::<Vec<_>>());
        publish(
            &mut document,
            "grant_management_actions_supported",
            Some(actions),
        );
    }
    if settings.flag("dynamicRegistrationSupported") {
        let endpoint = settings.get("registrationEndpoint").cloned();
        publish(&mut document, "registration_endpoint", endpoint);
    }
    if native_sso::is_supported(service) {
        publish(&mut document, "native_sso_supported", Some(json!(true)));
    }
    let always = [
        ("subject_types_supported", json!(["public", "pairwise"])),
        (
            "response_modes_supported",
            json!([
                "query",
                "fragment",
                "form_post",
                "jwt",
                "query.jwt",
                "fragment.jwt",
                "form_post.jwt"
            ]),
        ),
        ("code_challenge_methods_supported", json!(["plain", "S256"])),
        ("claims_parameter_supported", json!(true)),
        ("request_parameter_supported", json!(true)),
        // Request objects are not fetched from other servers. Pushed ones do not depend on this parameter (RFC 9126 §5).
        ("request_uri_parameter_supported", json!(false)),
        (
            "authorization_response_iss_parameter_supported",
            json!(service.issuer().is_some() && !settings.flag("issSuppressed")),
        ),
        ("scopes_supported", scopes(settings)),
        (
            "require_signed_request_object",
            json!(
                settings.flag("requestObjectRequired")
                    && !settings.flag("traditionalRequestObjectProcessingApplied")
            ),
        ),
        ("attachments_supported", attachments(settings)),
    ];
    for (name, value) in always {
        publish(&mut document, name, Some(value));
    }
    if document.contains_key("claims_in_verified_claims_supported") {
        publish(
            &mut document,
            "verified_claims_supported",
            Some(json!(true)),
        );
    }
    if credential_issuer::is_enabled(settings) {
        let anonymous = settings.flag("preAuthorizedGrantAnonymousAccessSupported");
        let name = "pre-authorized_grant_anonymous_access_supported";
        publish(&mut document, name, Some(anonymous.into()));
    }
    publish(
        &mut document,
        "mtls_endpoint_aliases",
        endpoint_aliases(settings),
    );
    lists(&mut document, service);
    algorithms(&mut document, service);
    if settings.flag("federationEnabled") {
        federation(&mut document, service);
    }
    document
}

/// The metadata for federations (OpenID Federation 1.0 §5.1.3, §5.2.1).
fn federation(document: &mut Object, service: &Service) {
    let settings = &service.settings;
    let ways = list(
        settings,
        "supportedClientRegistrationTypes",
        ClientRegistrationType::KNOWN,
        ClientRegistrationType::protocol_value,
    );
    publish(document, "client_registration_types_supported", Some(ways));
    for (name, setting) in [
        (
            "federation_registration_endpoint",
            "federationRegistrationEndpoint",
        ),
        ("organization_name", "organizationName"),
        ("signed_jwks_uri", "signedJwksUri"),
    ] {
        publish(document, name, settings.get(setting).cloned());
    }
}

/// Lists of values, which the settings have under Authlete's names.
fn lists(document: &mut Object, service: &Service) {
    let settings = &service.settings;
    let issues_credentials = credential_issuer::is_enabled(settings);
    let pre_authorized = issues_credentials.then_some(GrantType::PreAuthorizedCode);
    let grant_types: Vec<_> = GRANT_TYPES.into_iter().chain(pre_authorized).collect();
    let lists = [
        (
            "response_types_supported",
            list(
                settings,
                "supportedResponseTypes",
                ResponseType::KNOWN,
                ResponseType::protocol_value,
            ),
        ),
        (
            "grant_types_supported",
            list(
                settings,
                "supportedGrantTypes",
                &grant_types,
                GrantType::protocol_value,
            ),
        ),
        (
            "token_endpoint_auth_methods_supported",
            methods(service, "supportedTokenAuthMethods"),
        ),
        (
            "revocation_endpoint_auth_methods_supported",
            methods(service, "supportedRevocationAuthMethods"),
        ),
        (
            "introspection_endpoint_auth_methods_supported",
            methods(service, "supportedIntrospectionAuthMethods"),
        ),
        (
            "display_values_supported",
            list(
                settings,
                "supportedDisplays",
                Display::KNOWN,
                Display::protocol_value,
            ),
        ),
        (
            "prompt_values_supported",
            list(
                settings,
                "supportedPromptValues",
                Prompt::KNOWN,
                Prompt::protocol_value,
            ),
        ),
        (
            "claim_types_supported",
            list(
                settings,
                "supportedClaimTypes",
                &[ClaimType::Normal],
                ClaimType::protocol_value,
            ),
        ),
        (
            "backchannel_token_delivery_modes_supported",
            list(
                settings,
                "supportedBackchannelTokenDeliveryModes",
                DeliveryMode::KNOWN,
                DeliveryMode::protocol_value,
            ),
        ),
    ];
    for (name, value) in lists {
        publish(document, name, Some(value));
    }
}

/// The algorithms for signing, verification, encryption and decryption, given the keys of the service and client secrets.
fn algorithms(document: &mut Object, service: &Service) {
    let keys = keys::of_service(service);
    let asymmetric: Vec<_> = dpop::algorithms().collect();
    let own: Vec<_> = asymmetric
        .iter()
        .copied()
        .filter(|alg| keys.find_signing(alg, None).is_some())
        .collect();
    let with_secrets = |algs: &[&'static str]| [algs, &["HS256", "HS384", "HS512"]].concat();
    let encryption = || {
        let words = JweAlg::KNOWN.iter().filter_map(JweAlg::protocol_value);
        words.filter_map(|alg| Some((alg, KeyManagement::named(alg).ok()?)))
    };
    let to_clients: Vec<_> = encryption().map(|(alg, _)| alg).collect();
    let from_clients = encryption().filter(|(alg, management)| {
        management.is_symmetric() || keys.find_decryption(alg, None).next().is_some()
    });
    let from_clients: Vec<_> = from_clients.map(|(alg, _)| alg).collect();
    let words = JweEnc::KNOWN.iter().filter_map(JweEnc::protocol_value);
    let content_encryption = json!(
        words
            .filter(|enc| ContentEncryption::named(enc).is_ok())
            .collect::<Vec<_>>()
    );
    for kind in ["id_token", "userinfo", "authorization", "introspection"] {
        let signing = match kind {
            // ID tokens from the token endpoint need no signature (OpenID Connect Core 1.0 §2).
            "id_token" => json!([with_secrets(&own), vec!["none"]].concat()),
            _ => json!(with_secrets(&own)),
        };
        for (what, value) in [("signing", signing), ("encryption", json!(to_clients))] {
            let name = format!("{kind}_{what}_alg_values_supported");
            publish(document, &name, Some(value));
        }
        let name = format!("{kind}_encryption_enc_values_supported");
        publish(document, &name, Some(content_encryption.clone()));
    }
    let attestation = ClientAuthMethod::AttestJwtClientAuth;
    let attested = match service.supports("supportedTokenAuthMethods", attestation.as_str()) {
        true if trusts_attesters(service) => asymmetric.clone(),
        _ => Vec::new(),
    };
    let verified = [
        (
            "request_object_signing_alg_values_supported",
            [with_secrets(&asymmetric), vec!["none"]].concat(),
        ),
        (
            "token_endpoint_auth_signing_alg_values_supported",
            with_secrets(&asymmetric),
        ),
        (
            "revocation_endpoint_auth_signing_alg_values_supported",
            with_secrets(&asymmetric),
        ),
        (
            "introspection_endpoint_auth_signing_alg_values_supported",
            with_secrets(&asymmetric),
        ),
        (
            "backchannel_authentication_request_signing_alg_values_supported",
            asymmetric.clone(),
        ),
        (
            "client_attestation_signing_alg_values_supported",
            attested.clone(),
        ),
        (
            "client_attestation_pop_signing_alg_values_supported",
            attested,
        ),
        ("dpop_signing_alg_values_supported", asymmetric),
    ];
    for (name, algs) in verified {
        publish(document, name, Some(json!(algs)));
    }
    let (alg, enc) = (
        "request_object_encryption_alg_values_supported",
        "request_object_encryption_enc_values_supported",
    );
    publish(document, alg, Some(json!(from_clients)));
    publish(document, enc, Some(content_encryption));
}

/// Adds an entry, unless its value is null or empty.
pub fn publish(document: &mut Object, name: &str, value: Option<Value>) {
    let has_content = |value: &Value| match value {
        Value::Null => false,
        Value::Array(values) => !values.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    };
    if let Some(value) = value.filter(has_content) {
        document.insert(name.to_owned(), value);
    }
}

fn methods(service: &Service, setting: &str) -> Value {
    let usable = AUTHENTICATION_METHODS.into_iter().filter(|method| {
        *method != ClientAuthMethod::AttestJwtClientAuth || trusts_attesters(service)
    });
    list(
        &service.settings,
        setting,
        &usable.collect::<Vec<_>>(),
        ClientAuthMethod::protocol_value,
    )
}

fn trusts_attesters(service: &Service) -> bool {
    !client_attestation::attester_roots(service).is_empty()
}

/// The protocol values of the entries in a setting that the emulator supports; of all supported ones without the setting.
fn list<T: PartialEq + for<'a> From<&'a str>>(
    settings: &Object,
    setting: &str,
    known: &[T],
    word: impl Fn(&T) -> Option<&'static str>,
) -> Value {
    let listed = settings
        .texts(setting)
        .map(|texts| texts.into_iter().map(T::from).collect::<Vec<_>>());
    let values = known
        .iter()
        .filter(|value| listed.as_ref().is_none_or(|listed| listed.contains(value)));
    json!(values.filter_map(word).collect::<Vec<_>>())
}

fn scopes(settings: &Object) -> Value {
    let scopes = settings.array("supportedScopes").unwrap_or_default();
    let names = scopes.iter().filter_map(|scope| scope.get("name"));
    json!(names.collect::<Vec<_>>())
}

/// The types of attachments (OpenID Connect for Identity Assurance 1.0), as protocol values.
fn attachments(settings: &Object) -> Value {
    const WORDS: [(AttachmentType, &str); 2] = [
        (AttachmentType::Embedded, "embedded"),
        (AttachmentType::External, "external"),
    ];
    let listed = settings.texts("supportedAttachments").unwrap_or_default();
    let listed: Vec<_> = listed.into_iter().map(AttachmentType::from).collect();
    let known = WORDS.iter().filter(|(kind, _)| listed.contains(kind));
    json!(known.map(|(_, word)| *word).collect::<Vec<_>>())
}

/// The `mtls_endpoint_aliases` (RFC 8705 §5).
fn endpoint_aliases(settings: &Object) -> Option<Value> {
    let aliases = settings.array("mtlsEndpointAliases")?.iter();
    let aliases: Object = aliases
        .filter_map(|alias| {
            let name = alias.get("name")?.as_str()?;
            Some((name.to_owned(), alias.get("uri")?.clone()))
        })
        .collect();
    Some(Value::Object(aliases))
}
