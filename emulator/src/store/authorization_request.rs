//! Authorization requests, and the codes that come of them.

use serde::{Deserialize, Serialize};

use super::grant::Grant;
use super::tokens::RecordId;
use crate::protocol::pkce::Challenge;

/// An authorization request that waits for a decision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    pub client_id: i64,
    pub client_id_alias_used: bool,
    /// Where the response goes.
    pub redirect_uri: String,
    /// Whether the request named it, so that the token request must too.
    pub redirect_uri_requested: bool,
    pub state: Option<String>,
    pub scopes: Vec<String>,
    pub challenge: Option<Challenge>,
    /// What the caller attached.
    pub context: Option<String>,
}

/// A decision that waits for the client to fetch its tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Code {
    pub grant: Grant,
    pub redirect_uri: String,
    pub redirect_uri_requested: bool,
    pub challenge: Option<Challenge>,
    /// The DPoP key that the code is bound to (RFC 9449 §10).
    pub dpop_key: Option<String>,
    /// What it was exchanged for: a code works once, and who tries again ends that.
    pub used_for: Option<RecordId>,
}
