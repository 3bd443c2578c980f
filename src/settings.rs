//! The settings of a handle beside its configuration.

use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::time::Instant;

use crate::RetryPolicy;
use crate::throttle::ThrottlePolicies;

/// Authlete answers in well under a second; an authorization server that waits longer keeps a person waiting.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// A longer timeout is cut to this one, so that adding it to the current time cannot overflow.
pub(crate) const MAX_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Far above the largest answers, which are pages of services; what is longer is no answer of Authlete.
pub(crate) const MAX_RESPONSE_SIZE: usize = 10 * 1024 * 1024;

/// The settings of a handle beside its configuration.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Sent with every call.
    pub headers: HeaderMap,
    /// How long a call may take, all attempts together. Without it the client of the caller decides on each attempt.
    pub timeout: Option<Duration>,
    pub retry: RetryPolicy,
    pub throttle: ThrottlePolicies,
    /// In bytes.
    pub max_response_size: usize,
    /// Whether the HTTP client is one that the builder made by itself.
    pub has_default_client: bool,
}

impl Settings {
    /// When a call that begins now has to be over.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.timeout.unwrap_or(TIMEOUT).min(MAX_TIMEOUT)
    }
}
