//! Typed access to the settings of a client.

use std::sync::OnceLock;

use serde_json::Value;

use super::accessors::accessors;
use super::json_settings::JsonSettings;
use super::with_default;
use crate::clock::Millis;
use crate::digest::Digest;
use crate::jose::JwkSet;
use crate::json::{Object, ObjectExt};

/// The settings for the expected certificate subject of a client (RFC 8705 §2.1.2).
pub const CERTIFICATE_SUBJECTS: [&str; 5] = [
    "tlsClientAuthSubjectDn",
    "tlsClientAuthSanDns",
    "tlsClientAuthSanUri",
    "tlsClientAuthSanIp",
    "tlsClientAuthSanEmail",
];

const EXTENSION: &str = "extension";
const REQUESTABLE_SCOPES: &str = "requestableScopes";

/// The settings of a client: the JSON object of the API, with methods for the settings that the emulator uses.
pub type ClientSettings = JsonSettings<ClientKeySets>;

/// The JWK Set in the JSON, parsed on first use. An invalid set counts as empty.
#[derive(Debug, Clone, Default)]
pub struct ClientKeySets {
    jwks: OnceLock<Option<JwkSet>>,
}

impl ClientSettings {
    /// The number of [`CERTIFICATE_SUBJECTS`] that are set. More than one is an error.
    pub fn certificate_subjects(&self) -> usize {
        let subjects = CERTIFICATE_SUBJECTS.iter();
        subjects
            .filter(|name| self.json().contains_key(**name))
            .count()
    }

    /// The JWS and JWE algorithms.
    pub fn algorithms(&self) -> impl Iterator<Item = &str> {
        let settings = self.json().iter();
        let algorithms = settings.filter(|(name, _)| name.ends_with("Alg"));
        algorithms.filter_map(|(_, value)| value.as_str())
    }

    pub fn extension(&self) -> Option<ClientExtension<'_>> {
        self.json().object(EXTENSION).map(ClientExtension)
    }
}

impl ClientSettings {
    pub fn set_locked(&mut self, locked: bool) {
        self.set("locked", locked);
    }

    /// Replaces the secret, and returns the previous one.
    pub fn set_client_secret(&mut self, secret: &str) -> Option<Value> {
        self.set("clientSecret", secret)
    }

    pub fn set_custom_metadata(&mut self, metadata: Object) {
        self.set("customMetadata", Value::Object(metadata).to_string());
    }

    /// Records that the client registered itself (RFC 7591), with the digest of its registration access token.
    pub fn set_dynamic_registration(&mut self, access_token: &Digest) {
        self.set("dynamicallyRegistered", true);
        self.set("clientSource", "DYNAMIC_REGISTRATION");
        self.set("registrationAccessTokenHash", access_token.to_string());
    }

    /// Records that the client was registered by its trust chain (OpenID Federation 1.0).
    pub fn set_federation_registration(&mut self, registration: &FederationRegistration<'_>) {
        let registration_type = registration.registration_type;
        let source = format!("{registration_type}_REGISTRATION");
        self.set("clientSource", source);
        self.set("explicitlyRegistered", registration_type == "EXPLICIT");
        self.set("automaticallyRegistered", registration_type == "AUTOMATIC");
        self.set("entityId", registration.entity_id);
        self.set("trustAnchorId", registration.trust_anchor_id);
        self.set("trustChain", registration.trust_chain);
        self.set("trustChainExpiresAt", registration.expires_at);
        self.set("trustChainUpdatedAt", registration.now);
    }

    /// Replaces the extension, if the other settings have one.
    pub fn copy_extension(&mut self, other: &Self) {
        if let Some(extension) = other.extension() {
            self.set(EXTENSION, extension.0.clone());
        }
    }

    /// Restricts the client to scopes, or lets it request any scope.
    pub fn restrict_scopes(&mut self, scopes: Option<Vec<&str>>) {
        let json = self.json_mut();
        let extension = json
            .entry(EXTENSION)
            .or_insert_with(|| Object::new().into());
        let Some(extension) = extension.as_object_mut() else {
            return;
        };
        extension.insert(
            "requestableScopesEnabled".to_owned(),
            scopes.is_some().into(),
        );
        match scopes {
            Some(scopes) => extension.insert(REQUESTABLE_SCOPES.to_owned(), scopes.into()),
            None => extension.remove(REQUESTABLE_SCOPES),
        };
        ClientExtension::complete(extension);
    }
}

/// How a client was registered by its trust chain (OpenID Federation 1.0).
#[derive(Debug)]
pub struct FederationRegistration<'a> {
    /// `AUTOMATIC` or `EXPLICIT`.
    pub registration_type: &'a str,
    pub entity_id: &'a str,
    pub trust_anchor_id: &'a str,
    /// The statements as received.
    pub trust_chain: &'a [String],
    pub expires_at: Millis,
    pub now: Millis,
}

impl ClientSettings {
    accessors! {
        (self 'a ['a] &'a Self)
        flag [FLAGS] {
            automatically_registered = "automaticallyRegistered",
            bc_user_code_required = "bcUserCodeRequired",
            credential_response_encryption_required = "credentialResponseEncryptionRequired",
            dpop_required = "dpopRequired",
            dynamically_registered = "dynamicallyRegistered",
            explicitly_registered = "explicitlyRegistered",
            front_channel_request_object_encryption_required = "frontChannelRequestObjectEncryptionRequired",
            locked = "locked",
            par_required = "parRequired",
            pkce_required = "pkceRequired",
            pkce_s256_required = "pkceS256Required",
            request_object_encryption_alg_match_required = "requestObjectEncryptionAlgMatchRequired",
            request_object_encryption_enc_match_required = "requestObjectEncryptionEncMatchRequired",
            request_object_required = "requestObjectRequired",
            single_access_token_per_subject = "singleAccessTokenPerSubject",
            tls_client_certificate_bound_access_tokens = "tlsClientCertificateBoundAccessTokens",
            ;
            "authTimeRequired",
            "backchannelLogoutSessionRequired",
            "discoveredByMetadataDocument",
            "inScopeForTokenMigration",
            "mtlsEndpointAliasesUsed",
            "rsRequestSigned",
        }
        number [NUMBERS] {
            default_max_age = "defaultMaxAge",
            trust_chain_expires_at = "trustChainExpiresAt",
            ;
            "metadataDocumentExpiresAt",
            "metadataDocumentUpdatedAt",
            "trustChainUpdatedAt",
        }
        text [ENUMS] {
            application_type = "applicationType" of ApplicationType,
            authorization_encryption_alg = "authorizationEncryptionAlg" of JweAlg,
            authorization_encryption_enc = "authorizationEncryptionEnc" of JweEnc,
            authorization_sign_alg = "authorizationSignAlg" of JwsAlg,
            bc_delivery_mode = "bcDeliveryMode" of DeliveryMode,
            bc_request_sign_alg = "bcRequestSignAlg" of JwsAlg,
            client_type = "clientType" of ClientType,
            id_token_encryption_alg = "idTokenEncryptionAlg" of JweAlg,
            id_token_encryption_enc = "idTokenEncryptionEnc" of JweEnc,
            id_token_sign_alg = "idTokenSignAlg" of JwsAlg,
            request_encryption_alg = "requestEncryptionAlg" of JweAlg,
            request_encryption_enc = "requestEncryptionEnc" of JweEnc,
            request_sign_alg = "requestSignAlg" of JwsAlg,
            subject_type = "subjectType" of SubjectType,
            token_auth_method = "tokenAuthMethod" of ClientAuthMethod,
            token_auth_sign_alg = "tokenAuthSignAlg" of JwsAlg,
            user_info_encryption_alg = "userInfoEncryptionAlg" of JweAlg,
            user_info_encryption_enc = "userInfoEncryptionEnc" of JweEnc,
            user_info_sign_alg = "userInfoSignAlg" of JwsAlg,
            ;
            "clientSource" of ClientSource,
        }
        texts [ENUM_LISTS] {
            client_registration_types = "clientRegistrationTypes" of ClientRegistrationType,
            fapi_modes = "fapiModes" of FapiMode,
            grant_types = "grantTypes" of GrantType,
            response_modes = "responseModes" of ResponseMode,
            response_types = "responseTypes" of ResponseType,
        }
        flag {
            client_id_alias_enabled = "clientIdAliasEnabled",
        }
        integer {
            client_id = "clientId",
            created_at = "createdAt",
            number = "number",
        }
        text {
            backchannel_logout_uri = "backchannelLogoutUri",
            bc_notification_endpoint = "bcNotificationEndpoint",
            client_id_alias = "clientIdAlias",
            client_name = "clientName",
            client_secret = "clientSecret",
            custom_metadata = "customMetadata",
            developer = "developer",
            entity_id = "entityId",
            jwks_uri = "jwksUri",
            login_uri = "loginUri",
            registration_access_token_hash = "registrationAccessTokenHash",
            sector_identifier_uri = "sectorIdentifierUri",
            self_signed_certificate_key_id = "selfSignedCertificateKeyId",
            software_id = "softwareId",
            tls_client_auth_san_dns = "tlsClientAuthSanDns",
            tls_client_auth_san_email = "tlsClientAuthSanEmail",
            tls_client_auth_san_ip = "tlsClientAuthSanIp",
            tls_client_auth_san_uri = "tlsClientAuthSanUri",
            tls_client_auth_subject_dn = "tlsClientAuthSubjectDn",
        }
        texts {
            authorization_details_types = "authorizationDetailsTypes",
            default_acrs = "defaultAcrs",
            redirect_uris = "redirectUris",
            request_uris = "requestUris",
        }
        array {
            attributes = "attributes",
        }
        presence {
            has_bc_notification_endpoint = "bcNotificationEndpoint",
            has_jwks_uri = "jwksUri",
        }
        key_set {
            jwks = "jwks",
        }
    }
}

/// The setting `extension` of a client, which only an administrator can change.
#[derive(Debug, Clone, Copy)]
pub struct ClientExtension<'a>(&'a Object);

impl<'a> ClientExtension<'a> {
    fn json(self) -> &'a Object {
        self.0
    }

    /// Adds the defaults: flags are `false`, durations are 0.
    pub fn complete(extension: &mut Object) {
        let flags = with_default(Self::FLAGS, false);
        let durations = with_default(Self::DURATIONS, 0);
        for (name, value) in flags.chain(durations) {
            extension.entry(name).or_insert(value);
        }
    }
}

impl<'a> ClientExtension<'a> {
    accessors! {
        (self 'a [] Self)
        flag [FLAGS] {
            requestable_scopes_enabled = "requestableScopesEnabled",
            token_exchange_permitted = "tokenExchangePermitted",
        }
        number [DURATIONS] {
            access_token_duration = "accessTokenDuration",
            id_token_duration = "idTokenDuration",
            refresh_token_duration = "refreshTokenDuration",
        }
        texts {
            requestable_scopes = "requestableScopes",
        }
    }
}
