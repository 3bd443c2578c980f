//! The content of a credential, and the errors of its creation.

use serde_json::Value;

use super::refusal::CredentialRefusal;
use crate::clock::Millis;
use crate::jose::JoseError;
use crate::json::Object;
use crate::random;
use crate::result_code::{
    CREDENTIAL_BINDING_KEY_UNFIT, CREDENTIAL_PAYLOAD_UNFIT, CREDENTIAL_SIGNING_KEY,
};

/// The content of a credential.
#[derive(Debug)]
pub struct CredentialContent<'a> {
    pub issuer: &'a str,
    pub configuration: &'a Object,
    /// The payload of the order.
    pub payload: &'a Object,
    pub issued_at: Millis,
    pub expires_at: Option<Millis>,
    pub binding_key: Option<&'a Object>,
}

/// Why a credential cannot be created.
#[derive(Debug)]
pub enum Failure {
    Payload(&'static str),
    BindingKey,
    Signature,
    Random(random::Error),
}

impl CredentialContent<'_> {
    /// Sets the claims that the issuer determines: issuer, times and confirmation key. They replace claims of the order
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

impl From<random::Error> for Failure {
    fn from(error: random::Error) -> Self {
        Self::Random(error)
    }
}

impl From<JoseError> for Failure {
    fn from(_: JoseError) -> Self {
        Self::Signature
    }
}

impl From<Failure> for CredentialRefusal {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Payload(detail) => Self::OrderDetail(CREDENTIAL_PAYLOAD_UNFIT, detail),
            Failure::BindingKey => Self::Order(CREDENTIAL_BINDING_KEY_UNFIT),
            Failure::Signature => Self::Settings(CREDENTIAL_SIGNING_KEY),
            Failure::Random(error) => error.into(),
        }
    }
}
