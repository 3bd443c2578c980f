//! Authorization requests and authorization codes.

use authlete::types::{ResponseMode, ResponseType};
use serde::{Deserialize, Serialize};

use super::credential_offer::Offered;
use super::grant::Grant;
use super::requested::Requested;
use super::tokens::RecordId;
use crate::json::Object;
use crate::model::{CodeChallenge, Parameters};

/// A pushed authorization request (RFC 9126), before the authorization request that refers to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PushedRequest {
    pub client_id: i64,
    /// The effective parameters, from a request object or not, without client credentials.
    pub parameters: Parameters,
    pub request_object: Option<RequestObject>,
}

/// The content of a request object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestObject {
    /// The claims as JSON text.
    pub payload: String,
    pub signed: bool,
    /// The signature algorithm.
    pub alg: Option<String>,
    /// The algorithm that encrypts the key, if the object was encrypted.
    pub encryption_alg: Option<String>,
    /// The parameters that the request has outside of the object.
    pub outside: Parameters,
}

impl RequestObject {
    pub fn claims(&self) -> Object {
        serde_json::from_str(&self.payload).unwrap_or_default()
    }
}

/// A pending authorization request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    pub requested: Requested,
    pub response_type: ResponseType,
    pub response_mode: ResponseMode,
    /// The destination of the response.
    pub redirect_uri: String,
    /// Whether the request had a redirect URI, so that the token request must have it too.
    pub redirect_uri_requested: bool,
    pub state: Option<String>,
    pub nonce: Option<String>,
    /// The `claims` parameter.
    pub claims: Option<Object>,
    pub challenge: Option<CodeChallenge>,
    /// The thumbprint of the key that the code will be bound to (RFC 9449 §10).
    pub dpop_key: Option<String>,
    /// The data of the credential offer that `issuer_state` refers to.
    pub offered: Option<Box<Offered>>,
    /// An arbitrary text from the caller.
    pub context: Option<String>,
}

/// An authorization code with its grant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Code {
    pub grant: Grant,
    pub redirect_uri: String,
    pub redirect_uri_requested: bool,
    pub challenge: Option<CodeChallenge>,
    /// The DPoP key that the code is bound to (RFC 9449 §10).
    pub dpop_key: Option<String>,
    /// The token record that the code was exchanged for. A second use of the code revokes it.
    pub used_for: Option<RecordId>,
}
