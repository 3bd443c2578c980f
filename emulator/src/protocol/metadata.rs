//! The metadata of a service as an authorization server and OpenID provider.

use authlete::types::{
    AttachmentType, ClaimType, ClientAuthMethod, ClientRegistrationType, DeliveryMode, Display,
    GmAction, GrantType, JweAlg, JweEnc, Prompt, ResponseType,
};
use serde_json::{Value, json};

use Published::{Flag, Text, Texts};

use super::client_attestation;
use super::credential_issuer;
use super::dpop;
use super::keys;
use super::native_sso;
use crate::jose::{ContentEncryption, KeyManagement};
use crate::json::Object;
use crate::settings::ServiceSettings;
use crate::store::Service;

/// A setting that is published unchanged.
enum Published {
    Flag(fn(&ServiceSettings) -> bool),
    Text(fn(&ServiceSettings) -> Option<&str>),
    Texts(fn(&ServiceSettings) -> Option<Vec<&str>>),
}

impl Published {
    fn of(&self, settings: &ServiceSettings) -> Option<Value> {
        match self {
            Flag(setting) => Some(setting(settings).into()),
            Text(setting) => setting(settings).map(Value::from),
            Texts(setting) => setting(settings).map(Value::from),
        }
    }
}

/// The settings that are copied to the metadata.
const COPIED_SETTINGS: &[(&str, Published)] = &[
    ("issuer", Text(ServiceSettings::issuer)),
    (
        "authorization_endpoint",
        Text(ServiceSettings::authorization_endpoint),
    ),
    ("token_endpoint", Text(ServiceSettings::token_endpoint)),
    (
        "userinfo_endpoint",
        Text(ServiceSettings::user_info_endpoint),
    ),
    ("jwks_uri", Text(ServiceSettings::jwks_uri)),
    (
        "revocation_endpoint",
        Text(ServiceSettings::revocation_endpoint),
    ),
    (
        "introspection_endpoint",
        Text(ServiceSettings::introspection_endpoint),
    ),
    (
        "end_session_endpoint",
        Text(ServiceSettings::end_session_endpoint),
    ),
    (
        "device_authorization_endpoint",
        Text(ServiceSettings::device_authorization_endpoint),
    ),
    (
        "backchannel_authentication_endpoint",
        Text(ServiceSettings::backchannel_authentication_endpoint),
    ),
    (
        "pushed_authorization_request_endpoint",
        Text(ServiceSettings::pushed_auth_req_endpoint),
    ),
    (
        "grant_management_endpoint",
        Text(ServiceSettings::grant_management_endpoint),
    ),
    (
        "grant_management_action_required",
        Flag(ServiceSettings::grant_management_action_required),
    ),
    (
        "service_documentation",
        Text(ServiceSettings::service_documentation),
    ),
    ("op_policy_uri", Text(ServiceSettings::policy_uri)),
    ("op_tos_uri", Text(ServiceSettings::tos_uri)),
    (
        "acr_values_supported",
        Texts(ServiceSettings::supported_acrs),
    ),
    ("claims_supported", Texts(ServiceSettings::supported_claims)),
    (
        "claims_locales_supported",
        Texts(ServiceSettings::supported_claim_locales),
    ),
    (
        "ui_locales_supported",
        Texts(ServiceSettings::supported_ui_locales),
    ),
    (
        "authorization_details_types_supported",
        Texts(ServiceSettings::supported_authorization_details_types),
    ),
    // OpenID Connect for Identity Assurance 1.0 and its drafts.
    (
        "claims_in_verified_claims_supported",
        Texts(ServiceSettings::supported_verified_claims),
    ),
    (
        "trust_frameworks_supported",
        Texts(ServiceSettings::supported_trust_frameworks),
    ),
    (
        "evidence_supported",
        Texts(ServiceSettings::supported_evidence),
    ),
    (
        "id_documents_supported",
        Texts(ServiceSettings::supported_identity_documents),
    ),
    (
        "documents_supported",
        Texts(ServiceSettings::supported_documents),
    ),
    (
        "id_documents_verification_methods_supported",
        Texts(ServiceSettings::supported_verification_methods),
    ),
    (
        "documents_methods_supported",
        Texts(ServiceSettings::supported_documents_methods),
    ),
    (
        "documents_validation_methods_supported",
        Texts(ServiceSettings::supported_documents_validation_methods),
    ),
    (
        "documents_verification_methods_supported",
        Texts(ServiceSettings::supported_documents_verification_methods),
    ),
    (
        "documents_check_methods_supported",
        Texts(ServiceSettings::supported_documents_check_methods),
    ),
    (
        "electronic_records_supported",
        Texts(ServiceSettings::supported_electronic_records),
    ),
    (
        "digest_algorithms_supported",
        Texts(ServiceSettings::supported_digest_algorithms),
    ),
    (
        "require_pushed_authorization_requests",
        Flag(ServiceSettings::par_required),
    ),
    (
        "tls_client_certificate_bound_access_tokens",
        Flag(ServiceSettings::tls_client_certificate_bound_access_tokens),
    ),
    (
        "backchannel_user_code_parameter_supported",
        Flag(ServiceSettings::backchannel_user_code_parameter_supported),
    ),
    (
        "backchannel_logout_supported",
        Flag(ServiceSettings::backchannel_logout_supported),
    ),
    (
        "backchannel_logout_session_supported",
        Flag(ServiceSettings::backchannel_logout_session_supported),
    ),
    (
        "challenge_endpoint",
        Text(ServiceSettings::challenge_endpoint),
    ),
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
    for (name, setting) in COPIED_SETTINGS {
        publish(&mut document, name, setting.of(settings));
    }
    if settings.grant_management_endpoint().is_some() {
        let actions = GmAction::KNOWN.iter().map(GmAction::protocol_value);
        let actions = json!(actions.collect::<Vec<_>>());
        publish(
            &mut document,
            "grant_management_actions_supported",
            Some(actions),
        );
    }
    if settings.dynamic_registration_supported() {
        let endpoint = settings.registration_endpoint().map(Value::from);
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
            json!(service.issuer().is_some() && !settings.iss_suppressed()),
        ),
        ("scopes_supported", json!(settings.supported_scope_names())),
        (
            "require_signed_request_object",
            json!(
                settings.request_object_required()
                    && !settings.traditional_request_object_processing_applied()
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
        let anonymous = settings.pre_authorized_grant_anonymous_access_supported();
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
    if settings.federation_enabled() {
        federation(&mut document, service);
    }
    document
}

/// The metadata for federations (OpenID Federation 1.0 §5.1.3, §5.2.1).
fn federation(document: &mut Object, service: &Service) {
    let settings = &service.settings;
    let types = list(
        settings.supported_client_registration_types(),
        ClientRegistrationType::KNOWN,
        ClientRegistrationType::protocol_value,
    );
    publish(document, "client_registration_types_supported", Some(types));
    for (name, setting) in [
        (
            "federation_registration_endpoint",
            settings.federation_registration_endpoint(),
        ),
        ("organization_name", settings.organization_name()),
        ("signed_jwks_uri", settings.signed_jwks_uri()),
    ] {
        publish(document, name, setting.map(Value::from));
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
                settings.supported_response_types(),
                ResponseType::KNOWN,
                ResponseType::protocol_value,
            ),
        ),
        (
            "grant_types_supported",
            list(
                settings.supported_grant_types(),
                &grant_types,
                GrantType::protocol_value,
            ),
        ),
        (
            "token_endpoint_auth_methods_supported",
            methods(service, service.settings.supported_token_auth_methods()),
        ),
        (
            "revocation_endpoint_auth_methods_supported",
            methods(
                service,
                service.settings.supported_revocation_auth_methods(),
            ),
        ),
        (
            "introspection_endpoint_auth_methods_supported",
            methods(
                service,
                service.settings.supported_introspection_auth_methods(),
            ),
        ),
        (
            "display_values_supported",
            list(
                settings.supported_displays(),
                Display::KNOWN,
                Display::protocol_value,
            ),
        ),
        (
            "prompt_values_supported",
            list(
                settings.supported_prompt_values(),
                Prompt::KNOWN,
                Prompt::protocol_value,
            ),
        ),
        (
            "claim_types_supported",
            list(
                settings.supported_claim_types(),
                &[ClaimType::Normal],
                ClaimType::protocol_value,
            ),
        ),
        (
            "backchannel_token_delivery_modes_supported",
            list(
                settings.supported_backchannel_token_delivery_modes(),
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
        words.filter_map(|alg| Some((alg, KeyManagement::from_name(alg).ok()?)))
    };
    let to_clients: Vec<_> = encryption().map(|(alg, _)| alg).collect();
    let from_clients = encryption().filter(|(alg, management)| {
        management.is_symmetric() || keys.find_decryption(alg, None).next().is_some()
    });
    let from_clients: Vec<_> = from_clients.map(|(alg, _)| alg).collect();
    let words = JweEnc::KNOWN.iter().filter_map(JweEnc::protocol_value);
    let content_encryption = json!(
        words
            .filter(|enc| ContentEncryption::from_name(enc).is_ok())
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
    let attested = match service.supports(
        ServiceSettings::supported_token_auth_methods,
        attestation.as_str(),
    ) {
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

fn methods(service: &Service, listed: Option<Vec<&str>>) -> Value {
    let usable = AUTHENTICATION_METHODS.into_iter().filter(|method| {
        *method != ClientAuthMethod::AttestJwtClientAuth || trusts_attesters(service)
    });
    list(
        listed,
        &usable.collect::<Vec<_>>(),
        ClientAuthMethod::protocol_value,
    )
}

fn trusts_attesters(service: &Service) -> bool {
    !client_attestation::attester_roots(service).is_empty()
}

/// The protocol values of the entries in a setting that the emulator supports; of all supported ones without the setting.
fn list<T: PartialEq + for<'a> From<&'a str>>(
    listed: Option<Vec<&str>>,
    known: &[T],
    word: impl Fn(&T) -> Option<&'static str>,
) -> Value {
    let listed = listed.map(|texts| texts.into_iter().map(T::from).collect::<Vec<_>>());
    let values = known
        .iter()
        .filter(|value| listed.as_ref().is_none_or(|listed| listed.contains(value)));
    json!(values.filter_map(word).collect::<Vec<_>>())
}

/// The types of attachments (OpenID Connect for Identity Assurance 1.0), as protocol values.
fn attachments(settings: &ServiceSettings) -> Value {
    const WORDS: [(AttachmentType, &str); 2] = [
        (AttachmentType::Embedded, "embedded"),
        (AttachmentType::External, "external"),
    ];
    let listed = settings.supported_attachments().unwrap_or_default();
    let listed: Vec<_> = listed.into_iter().map(AttachmentType::from).collect();
    let known = WORDS.iter().filter(|(kind, _)| listed.contains(kind));
    json!(known.map(|(_, word)| *word).collect::<Vec<_>>())
}

/// The `mtls_endpoint_aliases` (RFC 8705 §5).
fn endpoint_aliases(settings: &ServiceSettings) -> Option<Value> {
    let aliases = settings.mtls_endpoint_aliases()?.iter();
    let aliases: Object = aliases
        .filter_map(|alias| {
            let name = alias.get("name")?.as_str()?;
            Some((name.to_owned(), alias.get("uri")?.clone()))
        })
        .collect();
    Some(Value::Object(aliases))
}
