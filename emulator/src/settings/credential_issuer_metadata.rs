//! Typed access to the settings of a service as a credential issuer.

use super::accessors::accessors;
use crate::json::Object;

/// The setting `credentialIssuerMetadata` of a service.
#[derive(Debug, Clone, Copy)]
pub struct CredentialIssuerMetadata<'a>(&'a Object);

impl<'a> From<&'a Object> for CredentialIssuerMetadata<'a> {
    fn from(json: &'a Object) -> Self {
        Self(json)
    }
}

impl<'a> CredentialIssuerMetadata<'a> {
    pub fn json(self) -> &'a Object {
        self.0
    }
}

impl<'a> CredentialIssuerMetadata<'a> {
    accessors! {
        (self 'a [] Self)
        flag {
            require_credential_request_encryption = "requireCredentialRequestEncryption",
            require_credential_response_encryption = "requireCredentialResponseEncryption",
        }
        number {
            batch_size = "batchSize",
        }
        text {
            batch_credential_endpoint = "batchCredentialEndpoint",
            credential_endpoint = "credentialEndpoint",
            credential_issuer = "credentialIssuer",
            credential_request_encryption_jwks = "credentialRequestEncryptionJwks",
            credentials_supported = "credentialsSupported",
            deferred_credential_endpoint = "deferredCredentialEndpoint",
            display = "display",
            nonce_endpoint = "nonceEndpoint",
            notification_endpoint = "notificationEndpoint",
        }
        texts [ENUMS] {
            credential_request_encryption_enc_values_supported = "credentialRequestEncryptionEncValuesSupported" of JweEnc,
            credential_response_encryption_alg_values_supported = "credentialResponseEncryptionAlgValuesSupported" of JweAlg,
            credential_response_encryption_enc_values_supported = "credentialResponseEncryptionEncValuesSupported" of JweEnc,
            ;
            "credentialRequestEncryptionZipValuesSupported" of JweZip,
            "credentialResponseEncryptionZipValuesSupported" of JweZip,
        }
        texts {
            authorization_servers = "authorizationServers",
        }
    }
}
