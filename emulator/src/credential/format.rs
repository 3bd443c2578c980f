//! Making credentials, in the formats that there are.

use serde_json::Value;

use super::signer::Signer;
use super::{jwt_vc, mdoc, sd_jwt};
use crate::clock::Millis;
use crate::jose::JoseError;
use crate::json::Object;
use crate::result_code::{
    CREDENTIAL_BINDING_KEY_UNFIT, CREDENTIAL_PAYLOAD_UNFIT, CREDENTIAL_SIGNING_KEY,
};

use super::refusal::Refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// SD-JWT VC, which was `vc+sd-jwt` in drafts.
    SdJwtVc,
    /// A JWT of the W3C data model 1.1.
    JwtVc,
    /// ISO/IEC 18013-5.
    Mdoc,
}

/// What goes into a credential.
#[derive(Debug)]
pub struct Content<'a> {
    pub issuer: &'a str,
    pub configuration: &'a Object,
    /// What the order says.
    pub payload: &'a Object,
    pub issued_at: Millis,
    pub expires_at: Option<Millis>,
    pub binding_key: Option<&'a Object>,
}

/// Why there is no credential.
#[derive(Debug)]
pub enum Failure {
    Payload(&'static str),
    BindingKey,
    Signature,
    Random(getrandom::Error),
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

    /// The key to sign with: for an mdoc it needs a certificate and an algorithm of COSE.
    pub fn signer(
        self,
        service: &Object,
        configuration: &Object,
        key_id: Option<&str>,
    ) -> Option<Signer> {
        Signer::choose(service, configuration, key_id, |key, alg| match self {
            Self::Mdoc => mdoc::can_sign(key, alg),
            Self::SdJwtVc | Self::JwtVc => true,
        })
    }

    /// The credential of this format, called by one of its names.
    pub fn make(
        self,
        name: &str,
        content: &Content<'_>,
        signer: &Signer,
    ) -> Result<String, Failure> {
        match self {
            Self::SdJwtVc => sd_jwt::make(name, content, signer),
            Self::JwtVc => jwt_vc::make(content, signer),
            Self::Mdoc => mdoc::make(content, signer),
        }
    }
}

impl Content<'_> {
    /// The claims of a JWT that are not for the order to say: who issues it, when, until when, to the holder of which key
    /// (RFC 7519 §4.1, RFC 7800 §3.2).
    pub fn add_claims_of_issuer(&self, claims: &mut Object) {
        let key = self.binding_key.cloned().map(Value::Object);
        let confirmation = key.map(|key| Object::from_iter([("jwk".to_owned(), key)]));
        for (name, value) in [
            ("iss", Some(Value::from(self.issuer))),
            ("iat", Some((self.issued_at / 1000).into())),
            ("exp", self.expires_at.map(|end| (end / 1000).into())),
            ("cnf", confirmation.map(Value::Object)),
        ] {
            claims.remove(name);
            if let Some(value) = value {
                claims.insert(name.to_owned(), value);
            }
        }
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        Self::Random(error)
    }
}

impl From<JoseError> for Failure {
    fn from(_: JoseError) -> Self {
        Self::Signature
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Payload(words) => Self::OrderIn(CREDENTIAL_PAYLOAD_UNFIT, words),
            Failure::BindingKey => Self::Order(CREDENTIAL_BINDING_KEY_UNFIT),
            Failure::Signature => Self::Settings(CREDENTIAL_SIGNING_KEY),
            Failure::Random(error) => error.into(),
        }
    }
}
