//! What one token request leaves for a later call.

use serde::{Deserialize, Serialize};

use super::grant::{Binding, Grant};
use super::tokens::RecordId;

/// A request with a password, which the server has to check (RFC 6749 §4.3).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasswordRequest {
    /// What the user will have granted, if the password is right.
    pub grant: Grant,
    pub binding: Binding,
    pub refreshable: bool,
}

/// What a refresh token was replaced by. The value is kept for a client that did not get the answer; only a service
/// that wants it so has any of these.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Renewal {
    pub record: RecordId,
    pub refresh_token: String,
}
