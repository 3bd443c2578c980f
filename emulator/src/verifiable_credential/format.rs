//! The supported credential formats.

use super::content::{CredentialContent, Failure};
use super::signer::Signer;
use super::{jwt_vc, mdoc, sd_jwt};
use crate::json::Object;
use crate::settings::ServiceSettings;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// SD-JWT VC, named `vc+sd-jwt` in drafts.
    SdJwtVc,
    /// A JWT of the W3C Verifiable Credentials Data Model 1.1.
    JwtVc,
    /// ISO/IEC 18013-5.
    Mdoc,
}

impl Format {
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "dc+sd-jwt" | "vc+sd-jwt" => Some(Self::SdJwtVc),
            "jwt_vc_json" => Some(Self::JwtVc),
            "mso_mdoc" => Some(Self::Mdoc),
            _ => None,
        }
    }

    /// The signing key. For an mdoc it needs a certificate and a COSE algorithm.
    pub fn signer(
        self,
        service: &ServiceSettings,
        configuration: &Object,
        key_id: Option<&str>,
    ) -> Option<Signer> {
        Signer::choose(service, configuration, key_id, |key, alg| match self {
            Self::Mdoc => mdoc::can_sign(key, alg),
            Self::SdJwtVc | Self::JwtVc => true,
        })
    }

    /// Creates a credential in this format. `name` is the name of the format in the request.
    pub fn make(
        self,
        name: &str,
        content: &CredentialContent<'_>,
        signer: &Signer,
    ) -> Result<String, Failure> {
        match self {
            Self::SdJwtVc => sd_jwt::make(name, content, signer),
            Self::JwtVc => jwt_vc::make(content, signer),
            Self::Mdoc => mdoc::make(content, signer),
        }
    }
}
