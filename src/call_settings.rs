//! The settings of a handle other than its configuration.

use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::time::Instant;

use crate::RetryPolicy;
use crate::throttle::ThrottlePolicies;

/// Authlete responds in well under a second. A user may be waiting for the authorization server.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// Longer timeouts are reduced to this one, so that adding it to the current time cannot overflow.
pub(crate) const MAX_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Much larger than the largest responses of Authlete, which are pages of services.
pub(crate) const MAX_RESPONSE_SIZE: usize = 10 * 1024 * 1024;

/// The settings of a handle other than its configuration.
#[derive(Debug, Clone)]
pub(crate) struct CallSettings {
    /// Sent with every call.
    pub headers: HeaderMap,
    /// The total timeout of a call, including all attempts. With `None`, the timeout of the caller's client limits each
    /// attempt.
    pub timeout: Option<Duration>,
    pub retry: RetryPolicy,
    pub throttle: ThrottlePolicies,
    /// In bytes.
    pub max_response_size: usize,
    /// Whether the HTTP client is the default one of the builder.
    pub has_default_client: bool,
}

impl CallSettings {
    /// The deadline of a call that begins now.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.timeout.unwrap_or(TIMEOUT).min(MAX_TIMEOUT)
    }
}
