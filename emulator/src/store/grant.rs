//! Grants of clients.

use authlete::types::GrantType;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clients::IdentifierKind;
use super::managed_grant::GrantManagement;
use super::scopes::Scopes;
use crate::json::Object;

/// A grant to a client: by a user or, without a subject, by its registration alone. Codes, device codes and CIBA requests
/// pass it on to tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Grant {
    pub client_id: i64,
    pub client_named_by: IdentifierKind,
    pub subject: Option<String>,
    pub grant_type: GrantType,
    pub scopes: Scopes,
    /// RFC 8707.
    pub resources: Vec<String>,
    /// RFC 9396, in API form: an object with `elements`.
    pub authorization_details: Option<Box<Value>>,
    /// The credential configurations of the offer that the grant is based on.
    pub offered_credentials: Vec<String>,
    pub properties: Option<Box<Value>>,
    pub acr: Option<String>,
    /// Seconds since the Unix epoch; 0 when unknown.
    pub auth_time: i64,
    /// Additional claims of JWT access tokens.
    pub access_token_claims: Option<Box<Object>>,
    /// The user's session, if the tokens end with it (OpenID Connect Native SSO for Mobile Apps 1.0).
    pub session: Option<Box<str>>,
    /// `Some` if the grant has the scope `openid`.
    pub openid: Option<Box<Authentication>>,
    /// The grant management action to apply when the tokens are issued.
    pub management: Option<Box<GrantManagement>>,
    /// The ID of the managed grant that the tokens belong to.
    pub id: Option<Box<str>>,
}

/// Data about a user for ID tokens and UserInfo responses, besides the subject.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Authentication {
    pub nonce: Option<String>,
    pub state: Option<String>,
    /// The value of `sub`, if it differs from the subject.
    pub sub: Option<String>,
    /// The claims with their values.
    pub claims: Object,
    /// The `claims` request parameter (OpenID Connect Core 1.0 §5.5).
    pub requested_claims: Option<Object>,
    pub consented_claims: Option<Vec<String>>,
    pub session_id: Option<String>,
    /// Additional header parameters of ID tokens.
    pub header: Object,
    /// The type of `aud`: `array` or `string`.
    pub audience_type: Option<String>,
}
