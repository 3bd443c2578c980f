//! What clients were granted.

use authlete::types::GrantType;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clients::NamedBy;
use super::managed_grant::GrantManagement;
use super::scopes::Scopes;
use crate::json::Object;

/// What was granted to a client: by a user or, when there is no subject, by its registration alone. Codes, device codes
/// and CIBA requests turn into tokens by handing this on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Grant {
    pub client_id: i64,
    #[serde(alias = "client_id_alias_used")]
    pub client_named_by: NamedBy,
    pub subject: Option<String>,
    pub grant_type: GrantType,
    pub scopes: Scopes,
    /// RFC 8707.
    pub resources: Vec<String>,
    /// RFC 9396, as the API has it: an object with `elements`.
    pub authorization_details: Option<Box<Value>>,
    /// The credential configurations of the offer that the grant is based on.
    #[serde(default)]
    pub offered_credentials: Vec<String>,
    pub properties: Option<Box<Value>>,
    pub acr: Option<String>,
    /// Seconds since the Unix epoch; 0 when unknown.
    pub auth_time: i64,
    /// Further claims of access tokens that are JWTs.
    pub access_token_claims: Option<Box<Object>>,
    /// The user's session, when the tokens end with it (OpenID Connect Native SSO for Mobile Apps 1.0).
    #[serde(default)]
    pub session: Option<Box<str>>,
    /// There when the grant has the scope `openid`.
    pub openid: Option<Box<Authentication>>,
    /// What the client wants done with a grant that has an ID, when it gets the tokens.
    #[serde(default)]
    pub management: Option<Box<GrantManagement>>,
    /// The ID of the grant that the tokens belong to, when it has one.
    #[serde(default)]
    pub id: Option<Box<str>>,
}

/// What ID tokens and userinfo tell of a user, beside the subject.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Authentication {
    pub nonce: Option<String>,
    #[serde(default)]
    pub state: Option<String>,
    /// The value of `sub`, where it is not the subject.
    pub sub: Option<String>,
    /// The claims with their values.
    pub claims: Object,
    /// The `claims` request parameter (OpenID Connect Core 1.0 §5.5).
    pub requested_claims: Option<Object>,
    pub consented_claims: Option<Vec<String>>,
    pub session_id: Option<String>,
    /// Further parameters of the header of ID tokens.
    pub header: Object,
    /// The type of `aud`: `array` or `string`.
    pub audience_type: Option<String>,
}

/// What a token is bound to: who presents it has to have the key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The thumbprint of the client's certificate (RFC 8705 §3.1), `x5t#S256`.
    pub certificate: Option<String>,
    /// The thumbprint of the DPoP key (RFC 9449 §6.1), `jkt`.
    pub dpop_key: Option<String>,
    /// The thumbprint of the key of the client's instance, which a refresh token is bound to (OAuth 2.0
    /// Attestation-Based Client Authentication).
    #[serde(default)]
    pub instance_key: Option<String>,
}
