//! Credential offers (OpenID for Verifiable Credential Issuance 1.0 §4).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::{Object, ObjectExt};

/// A credential offer. Its codes are stored in plain text, since the API shows them on each request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CredentialOffer {
    /// The offer in the form of the API.
    pub shown: Object,
    /// Whether the pre-authorized code was exchanged.
    pub exchanged: bool,
    /// The number of wrong transaction codes.
    pub failures: u32,
}

/// The data that a grant takes from its credential offer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Offered {
    /// The identifiers of the credential configurations.
    pub credentials: Vec<String>,
    pub properties: Option<Box<Value>>,
    /// Additional claims of JWT access tokens.
    pub access_token_claims: Option<Box<Object>>,
}

impl CredentialOffer {
    pub fn offered(&self) -> Offered {
        let credentials = self.shown.texts("credentialConfigurationIds");
        let credentials = credentials.unwrap_or_default().into_iter();
        let claims = self.shown.text("jwtAtClaims").map(serde_json::from_str);
        Offered {
            credentials: credentials.map(str::to_owned).collect(),
            properties: self.shown.get("properties").cloned().map(Box::new),
            access_token_claims: claims.and_then(Result::ok).map(Box::new),
        }
    }
}
