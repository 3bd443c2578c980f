//! Credential offers (OpenID for Verifiable Credential Issuance 1.0 §4).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::{Members, Object};

/// An offer. Its codes are there in the clear: the API tells them as often as it is asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CredentialOffer {
    /// What the API shows.
    pub shown: Object,
    /// Whether the pre-authorized code was exchanged.
    pub exchanged: bool,
    /// How often the transaction code was wrong.
    pub failures: u32,
}

/// What a grant takes over from the offer that it is based on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Offered {
    /// The identifiers of the credential configurations.
    pub credentials: Vec<String>,
    pub properties: Option<Box<Value>>,
    /// Further claims of access tokens that are JWTs.
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
