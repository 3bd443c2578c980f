//! The URLs of the credential issuer.

use authlete::types::Service;

use crate::UrlError;
use crate::public_url::PublicUrl;

/// The URLs in `credentialIssuerMetadata` of the service, and `credentialJwksUri`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialIssuerUrls {
    issuer: PublicUrl,
    pub credential: Option<PublicUrl>,
    pub deferred: Option<PublicUrl>,
    pub nonce: Option<PublicUrl>,
    pub jwks: Option<PublicUrl>,
}

const ISSUER: &str = "credentialIssuerMetadata.credentialIssuer";
const CREDENTIAL: &str = "credentialIssuerMetadata.credentialEndpoint";
const DEFERRED: &str = "credentialIssuerMetadata.deferredCredentialEndpoint";
const NONCE: &str = "credentialIssuerMetadata.nonceEndpoint";
const JWKS: &str = "credentialJwksUri";

impl CredentialIssuerUrls {
    /// `None` if the service has no `credentialIssuer`.
    pub fn from_service(service: &Service) -> Result<Option<Self>, UrlError> {
        let Some(metadata) = &service.credential_issuer_metadata else {
            return Ok(None);
        };
        let Some(issuer) =
            PublicUrl::parse_optional(ISSUER, metadata.credential_issuer.as_deref())?
        else {
            return Ok(None);
        };
        Ok(Some(Self {
            issuer,
            credential: PublicUrl::parse_optional(
                CREDENTIAL,
                metadata.credential_endpoint.as_deref(),
            )?,
            deferred: PublicUrl::parse_optional(
                DEFERRED,
                metadata.deferred_credential_endpoint.as_deref(),
            )?,
            nonce: PublicUrl::parse_optional(NONCE, metadata.nonce_endpoint.as_deref())?,
            jwks: PublicUrl::parse_optional(JWKS, service.credential_jwks_uri.as_deref())?,
        }))
    }

    pub fn from_issuer(issuer: &str) -> Result<Self, UrlError> {
        let issuer = PublicUrl::parse(ISSUER, issuer)?;
        let joined = |setting, path| PublicUrl::parse(setting, &issuer.join(path)).map(Some);
        Ok(Self {
            credential: joined(CREDENTIAL, "/credential")?,
            deferred: joined(DEFERRED, "/credential/deferred")?,
            nonce: joined(NONCE, "/credential/nonce")?,
            jwks: joined(JWKS, "/credential/jwks")?,
            issuer,
        })
    }

    pub fn write_to(&self, service: &mut Service) {
        let text = |url: &Option<PublicUrl>| url.as_ref().map(PublicUrl::to_string);
        service.credential_jwks_uri = text(&self.jwks);
        let metadata = service.credential_issuer_metadata.get_or_insert_default();
        metadata.credential_issuer = Some(self.issuer.to_string());
        metadata.credential_endpoint = text(&self.credential);
        metadata.deferred_credential_endpoint = text(&self.deferred);
        metadata.nonce_endpoint = text(&self.nonce);
    }

    /// The paths of the metadata: before the path of the issuer as in the final version (OpenID for Verifiable Credential
    /// Issuance 1.0 §12.2.2), and after it as in the drafts.
    pub fn metadata(&self) -> Vec<String> {
        let path = self.issuer.base_path();
        let mut paths = vec![format!("/.well-known/openid-credential-issuer{path}")];
        if !path.is_empty() {
            paths.push(format!("{path}/.well-known/openid-credential-issuer"));
        }
        paths
    }

    pub fn jwt_vc_issuer(&self) -> String {
        format!("/.well-known/jwt-vc-issuer{}", self.issuer.base_path())
    }

    /// The route of credential offers, with the identifier as `parameter`.
    pub fn offers(&self, parameter: &str) -> String {
        format!("{}/credential/offers/{parameter}", self.issuer.base_path())
    }

    pub fn offer(&self, identifier: &str) -> String {
        self.issuer
            .join(&format!("/credential/offers/{identifier}"))
    }

    /// All paths, each with the setting that defines it.
    pub fn paths(&self) -> impl Iterator<Item = (&'static str, String)> {
        let of_issuer = [self.jwt_vc_issuer(), self.offers("{}")];
        let of_issuer = self.metadata().into_iter().chain(of_issuer);
        let own = [
            (CREDENTIAL, &self.credential),
            (DEFERRED, &self.deferred),
            (NONCE, &self.nonce),
            (JWKS, &self.jwks),
        ];
        let own = own
            .into_iter()
            .filter_map(|(setting, url)| Some((setting, url.as_ref()?.route().to_owned())));
        of_issuer.map(|path| (ISSUER, path)).chain(own)
    }
}
