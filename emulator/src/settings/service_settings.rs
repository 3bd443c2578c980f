//! Typed access to the settings of a service.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value;

use super::accessors::accessors;
use super::credential_issuer_metadata::CredentialIssuerMetadata;
use super::json_settings::JsonSettings;
use crate::jose::JwkSet;
use crate::json::{Object, ObjectExt};

/// The settings of a service: the JSON object of the API, with methods for the settings that the emulator uses.
pub type ServiceSettings = JsonSettings<ServiceKeySets>;

/// The JWK Sets in the JSON, parsed on first use. An invalid set counts as empty.
#[derive(Debug, Clone, Default)]
pub struct ServiceKeySets {
    jwks: OnceLock<Option<JwkSet>>,
    federation_jwks: OnceLock<Option<JwkSet>>,
    credential_jwks: OnceLock<Option<JwkSet>>,
    credential_request_encryption_jwks: OnceLock<Option<JwkSet>>,
    /// Keyed by entity identifier.
    trust_anchors: OnceLock<BTreeMap<String, JwkSet>>,
}

/// A setting that lists supported values. Without the list, the service supports all values.
pub type Supported = fn(&ServiceSettings) -> Option<Vec<&str>>;

impl ServiceSettings {
    /// Lists the hardware-secured keys.
    pub fn set_hsks(&mut self, keys: Vec<Object>) {
        self.set("hsks", keys);
    }

    pub fn supported_scope_names(&self) -> Vec<&str> {
        let scopes = self.supported_scopes().unwrap_or_default().iter();
        let names = scopes.filter_map(|scope| scope.as_object()?.text("name"));
        names.collect()
    }

    pub fn credential_issuer_metadata(&self) -> Option<CredentialIssuerMetadata<'_>> {
        let metadata = self.json().object("credentialIssuerMetadata")?;
        Some(CredentialIssuerMetadata::from(metadata))
    }

    /// The keys of a trust anchor (OpenID Federation 1.0).
    pub fn trust_anchor_jwks(&self, entity_id: &str) -> Option<&JwkSet> {
        let anchors = self.key_sets.trust_anchors.get_or_init(|| {
            let anchors = self.trust_anchors().unwrap_or_default().iter().rev();
            let anchors = anchors.filter_map(Value::as_object);
            let anchors = anchors.filter_map(|anchor| {
                let keys = anchor.text("jwks").map(JwkSet::parse);
                let keys = keys.and_then(Result::ok).unwrap_or_default();
                Some((anchor.text("entityId")?.to_owned(), keys))
            });
            anchors.collect()
        });
        anchors.get(entity_id)
    }

    /// The keys that requests for credentials are encrypted to.
    pub fn credential_request_encryption_jwks(&self) -> Option<&JwkSet> {
        let keys = &self.key_sets.credential_request_encryption_jwks;
        let keys = keys.get_or_init(|| {
            let metadata = self.credential_issuer_metadata()?;
            let text = metadata.credential_request_encryption_jwks()?;
            Some(JwkSet::parse(text).unwrap_or_default())
        });
        keys.as_ref()
    }
}

impl ServiceSettings {
    accessors! {
        (self 'a ['a] &'a Self)
        flag [FLAGS] {
            backchannel_binding_message_required_in_fapi = "backchannelBindingMessageRequiredInFapi",
            backchannel_logout_session_supported = "backchannelLogoutSessionSupported",
            backchannel_logout_supported = "backchannelLogoutSupported",
            backchannel_user_code_parameter_supported = "backchannelUserCodeParameterSupported",
            claim_shortcut_restrictive = "claimShortcutRestrictive",
            client_assertion_aud_restricted_to_issuer = "clientAssertionAudRestrictedToIssuer",
            client_attester_roots_enabled = "clientAttesterRootsEnabled",
            dcr_duplicate_software_id_blocked = "dcrDuplicateSoftwareIdBlocked",
            dcr_scope_used_as_requestable = "dcrScopeUsedAsRequestable",
            dpop_nonce_required = "dpopNonceRequired",
            dynamic_registration_supported = "dynamicRegistrationSupported",
            error_description_omitted = "errorDescriptionOmitted",
            error_uri_omitted = "errorUriOmitted",
            federation_enabled = "federationEnabled",
            front_channel_request_object_encryption_required = "frontChannelRequestObjectEncryptionRequired",
            grant_management_action_required = "grantManagementActionRequired",
            hsm_enabled = "hsmEnabled",
            http_alias_prohibited = "httpAliasProhibited",
            id_token_reissuable = "idTokenReissuable",
            iss_suppressed = "issSuppressed",
            jwt_grant_by_identifiable_clients_only = "jwtGrantByIdentifiableClientsOnly",
            jwt_grant_encrypted_jwt_rejected = "jwtGrantEncryptedJwtRejected",
            jwt_grant_unsigned_jwt_rejected = "jwtGrantUnsignedJwtRejected",
            loopback_redirection_uri_variable = "loopbackRedirectionUriVariable",
            missing_client_id_allowed = "missingClientIdAllowed",
            mutual_tls_validate_pki_cert_chain = "mutualTlsValidatePkiCertChain",
            native_sso_supported = "nativeSsoSupported",
            nbf_optional = "nbfOptional",
            openid_dropped_on_refresh_without_offline_access = "openidDroppedOnRefreshWithoutOfflineAccess",
            par_required = "parRequired",
            pkce_required = "pkceRequired",
            pkce_s256_required = "pkceS256Required",
            pre_authorized_grant_anonymous_access_supported = "preAuthorizedGrantAnonymousAccessSupported",
            refresh_token_duration_kept = "refreshTokenDurationKept",
            refresh_token_duration_reset = "refreshTokenDurationReset",
            refresh_token_idempotent = "refreshTokenIdempotent",
            refresh_token_kept = "refreshTokenKept",
            request_object_audience_checked = "requestObjectAudienceChecked",
            request_object_encryption_alg_match_required = "requestObjectEncryptionAlgMatchRequired",
            request_object_encryption_enc_match_required = "requestObjectEncryptionEncMatchRequired",
            request_object_required = "requestObjectRequired",
            rs_response_signed = "rsResponseSigned",
            scope_required = "scopeRequired",
            single_access_token_per_subject = "singleAccessTokenPerSubject",
            tls_client_certificate_bound_access_tokens = "tlsClientCertificateBoundAccessTokens",
            token_exchange_by_confidential_clients_only = "tokenExchangeByConfidentialClientsOnly",
            token_exchange_by_identifiable_clients_only = "tokenExchangeByIdentifiableClientsOnly",
            token_exchange_by_permitted_clients_only = "tokenExchangeByPermittedClientsOnly",
            token_exchange_encrypted_jwt_rejected = "tokenExchangeEncryptedJwtRejected",
            token_exchange_unsigned_jwt_rejected = "tokenExchangeUnsignedJwtRejected",
            token_expiration_linked = "tokenExpirationLinked",
            traditional_request_object_processing_applied = "traditionalRequestObjectProcessingApplied",
            unauthorized_on_client_config_supported = "unauthorizedOnClientConfigSupported",
            verifiable_credentials_enabled = "verifiableCredentialsEnabled",
            ;
            "accessTokenForExternalAttachmentEmbedded",
            "cimdAllowlistEnabled",
            "cimdAlwaysRetrieved",
            "cimdHttpPermitted",
            "cimdMetadataPolicyEnabled",
            "cimdQueryPermitted",
            "clientAttesterRootsOnly",
            "clientIdMetadataDocumentSupported",
            "keyAttesterRootsEnabled",
            "keyAttesterRootsOnly",
        }
        number [NUMBERS] {
            access_token_duration = "accessTokenDuration",
            allowable_clock_skew = "allowableClockSkew",
            attestation_challenge_time_window = "attestationChallengeTimeWindow",
            authorization_code_duration = "authorizationCodeDuration",
            authorization_response_duration = "authorizationResponseDuration",
            backchannel_auth_req_id_duration = "backchannelAuthReqIdDuration",
            backchannel_polling_interval = "backchannelPollingInterval",
            clients_per_developer = "clientsPerDeveloper",
            cnonce_duration = "cnonceDuration",
            credential_duration = "credentialDuration",
            credential_offer_duration = "credentialOfferDuration",
            credential_transaction_duration = "credentialTransactionDuration",
            device_flow_code_duration = "deviceFlowCodeDuration",
            device_flow_polling_interval = "deviceFlowPollingInterval",
            dpop_nonce_duration = "dpopNonceDuration",
            federation_configuration_duration = "federationConfigurationDuration",
            id_token_duration = "idTokenDuration",
            pushed_auth_req_duration = "pushedAuthReqDuration",
            refresh_token_duration = "refreshTokenDuration",
            user_code_length = "userCodeLength",
            ;
            "userPinLength",
        }
        text [ENUMS] {
            access_token_sign_alg = "accessTokenSignAlg" of JwsAlg,
            user_code_charset = "userCodeCharset" of UserCodeCharset,
        }
        texts [ENUM_LISTS] {
            fapi_modes = "fapiModes" of FapiMode,
            supported_attachments = "supportedAttachments" of AttachmentType,
            supported_backchannel_token_delivery_modes = "supportedBackchannelTokenDeliveryModes" of DeliveryMode,
            supported_claim_types = "supportedClaimTypes" of ClaimType,
            supported_client_registration_types = "supportedClientRegistrationTypes" of ClientRegistrationType,
            supported_displays = "supportedDisplays" of Display,
            supported_grant_types = "supportedGrantTypes" of GrantType,
            supported_introspection_auth_methods = "supportedIntrospectionAuthMethods" of ClientAuthMethod,
            supported_prompt_values = "supportedPromptValues" of Prompt,
            supported_response_types = "supportedResponseTypes" of ResponseType,
            supported_revocation_auth_methods = "supportedRevocationAuthMethods" of ClientAuthMethod,
            supported_service_profiles = "supportedServiceProfiles" of ServiceProfile,
            supported_token_auth_methods = "supportedTokenAuthMethods" of ClientAuthMethod,
            ;
            "supportedDeveloperSnses" of Sns,
            "supportedSnses" of Sns,
        }
        flag {
            client_id_alias_enabled = "clientIdAliasEnabled",
        }
        integer {
            number = "number",
            api_key = "apiKey",
        }
        text {
            access_token_signature_key_id = "accessTokenSignatureKeyId",
            access_token_type = "accessTokenType",
            api_secret = "apiSecret",
            authorization_endpoint = "authorizationEndpoint",
            authorization_signature_key_id = "authorizationSignatureKeyId",
            backchannel_authentication_endpoint = "backchannelAuthenticationEndpoint",
            challenge_endpoint = "challengeEndpoint",
            credential_jwks_uri = "credentialJwksUri",
            device_authorization_endpoint = "deviceAuthorizationEndpoint",
            device_verification_uri = "deviceVerificationUri",
            device_verification_uri_complete = "deviceVerificationUriComplete",
            end_session_endpoint = "endSessionEndpoint",
            federation_registration_endpoint = "federationRegistrationEndpoint",
            federation_signature_key_id = "federationSignatureKeyId",
            grant_management_endpoint = "grantManagementEndpoint",
            id_token_aud_type = "idTokenAudType",
            id_token_signature_key_id = "idTokenSignatureKeyId",
            introspection_endpoint = "introspectionEndpoint",
            introspection_signature_key_id = "introspectionSignatureKeyId",
            issuer = "issuer",
            jwks_uri = "jwksUri",
            oid4vci_version = "oid4vciVersion",
            organization_name = "organizationName",
            policy_uri = "policyUri",
            pushed_auth_req_endpoint = "pushedAuthReqEndpoint",
            registration_endpoint = "registrationEndpoint",
            registration_management_endpoint = "registrationManagementEndpoint",
            revocation_endpoint = "revocationEndpoint",
            service_documentation = "serviceDocumentation",
            signed_jwks_uri = "signedJwksUri",
            token_endpoint = "tokenEndpoint",
            tos_uri = "tosUri",
            user_info_endpoint = "userInfoEndpoint",
            user_info_signature_key_id = "userInfoSignatureKeyId",
        }
        texts {
            authority_hints = "authorityHints",
            client_attester_roots = "clientAttesterRoots",
            supported_acrs = "supportedAcrs",
            supported_authorization_details_types = "supportedAuthorizationDetailsTypes",
            supported_claim_locales = "supportedClaimLocales",
            supported_claims = "supportedClaims",
            supported_custom_client_metadata = "supportedCustomClientMetadata",
            supported_digest_algorithms = "supportedDigestAlgorithms",
            supported_documents = "supportedDocuments",
            supported_documents_check_methods = "supportedDocumentsCheckMethods",
            supported_documents_methods = "supportedDocumentsMethods",
            supported_documents_validation_methods = "supportedDocumentsValidationMethods",
            supported_documents_verification_methods = "supportedDocumentsVerificationMethods",
            supported_electronic_records = "supportedElectronicRecords",
            supported_evidence = "supportedEvidence",
            supported_identity_documents = "supportedIdentityDocuments",
            supported_trust_frameworks = "supportedTrustFrameworks",
            supported_ui_locales = "supportedUiLocales",
            supported_verification_methods = "supportedVerificationMethods",
            supported_verified_claims = "supportedVerifiedClaims",
            trusted_root_certificates = "trustedRootCertificates",
        }
        array {
            attributes = "attributes",
            mtls_endpoint_aliases = "mtlsEndpointAliases",
            supported_scopes = "supportedScopes",
            trust_anchors = "trustAnchors",
        }
        key_set [KEY_SETS] {
            jwks = "jwks",
            federation_jwks = "federationJwks",
            credential_jwks = "credentialJwks",
        }
    }
}
