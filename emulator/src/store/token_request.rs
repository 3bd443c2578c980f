//! Data of token requests for later calls.

use serde::{Deserialize, Serialize};

use super::binding::Binding;
use super::grant::Grant;

/// A token request with a password, which the authorization server has to check (RFC 6749 §4.3).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasswordRequest {
    /// The grant if the password is right.
    pub grant: Grant,
    pub binding: Binding,
    pub refreshable: bool,
}

/// The replacement of a refresh token, kept for clients that did not get the response. Only services with
/// `refreshTokenIdempotent` have these.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefreshTokenReplacement {
    pub refresh_token: String,
}
