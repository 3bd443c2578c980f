//! Simulated latency, rate limits and outages.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::api::Api;
use crate::api_response::ApiResponse;
use crate::logging::CallDetails;
use crate::result_code::TOO_MANY_CALLS;

/// The time window of the rate limit.
const WINDOW: Duration = Duration::from_secs(1);

/// The body of a response from a load balancer without a healthy server.
const UNAVAILABLE: &str = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n\
    <body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n";

/// The faults to simulate; none by default.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    pub latency: Duration,
    /// Calls per second.
    pub rate_limit: Option<u32>,
    /// The fraction of calls that fail, from 0 to 1.
    pub failure_rate: f64,
}

/// The faults to simulate, and the counters for them.
#[derive(Debug)]
pub struct FaultInjection {
    /// Finds the operation of a call, for the log.
    api: Arc<Api>,
    latency: Duration,
    limit: Option<Limit>,
    outage: Outage,
}

impl Faults {
    /// Refuses values out of range.
    pub fn check(&self) -> io::Result<()> {
        let refuse = |message| Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        if self.rate_limit == Some(0) {
            return refuse("rate_limit: must be at least 1 call per second");
        }
        if !(0.0..=1.0).contains(&self.failure_rate) {
            return refuse("failure_rate: must be from 0 to 1");
        }
        Ok(())
    }
}

impl FaultInjection {
    pub fn new(faults: &Faults, api: Arc<Api>) -> Self {
        Self {
            api,
            latency: faults.latency,
            limit: faults.rate_limit.map(Limit::new),
            outage: Outage::new(faults.failure_rate),
        }
    }

    fn operation(&self, call: &Request) -> Option<&'static str> {
        let authorization = call.headers().get(AUTHORIZATION);
        let authorization = authorization.and_then(|value| value.to_str().ok());
        self.api
            .operation(call.method().as_str(), call.uri().path(), authorization)
    }
}

/// Passes a call on to the API, or answers it as a gateway would.
pub async fn apply(
    State(faults): State<Arc<FaultInjection>>,
    call: Request,
    api: Next,
) -> Response {
    let quota = faults
        .limit
        .as_ref()
        .map(|limit| limit.count(Instant::now()));
    let mut response = if quota.as_ref().is_some_and(|quota| quota.exceeded) {
        let response = ApiResponse::error(429, call.uri().path(), TOO_MANY_CALLS);
        let details = CallDetails::new(faults.operation(&call), Bytes::new(), &response);
        (Extension(details), response).into_response()
    } else if faults.outage.next_call_fails() {
        let html = HeaderValue::from_static("text/html");
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let details = CallDetails::unanswered(faults.operation(&call));
        let parts = (Extension(details), [(CONTENT_TYPE, html)], UNAVAILABLE);
        (status, parts).into_response()
    } else {
        api.run(call).await
    };
    if let Some(quota) = quota {
        quota.add_headers(response.headers_mut());
    }
    if !faults.latency.is_zero() {
        tokio::time::sleep(faults.latency).await;
    }
    response
}

/// A fixed-window rate limit. A window starts with the first call after the end of the previous window.
#[derive(Debug)]
struct Limit {
    calls: u32,
    window: Mutex<Window>,
}

#[derive(Debug)]
struct Window {
    start: Instant,
    calls: u32,
}

/// The rate limit after a call.
#[derive(Debug)]
struct Quota {
    limit: u32,
    remaining: u32,
    reset: Duration,
    exceeded: bool,
}

impl Limit {
    fn new(calls: u32) -> Self {
        let window = Mutex::new(Window {
            start: Instant::now(),
            calls: 0,
        });
        Self { calls, window }
    }

    fn count(&self, now: Instant) -> Quota {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(window.start) >= WINDOW {
            *window = Window {
                start: now,
                calls: 0,
            };
        }
        let exceeded = window.calls >= self.calls;
        if !exceeded {
            window.calls += 1;
        }
        Quota {
            limit: self.calls,
            remaining: self.calls.saturating_sub(window.calls),
            reset: WINDOW.saturating_sub(now.saturating_duration_since(window.start)),
            exceeded,
        }
    }
}

impl Quota {
    /// Adds the headers with the common `X-` prefix and under the names of the IETF drafts.
    fn add_headers(&self, headers: &mut HeaderMap) {
        // Rounded up: a client that waits this many seconds must not be too early.
        let reset = self.reset.as_millis().div_ceil(1000);
        let reset = HeaderValue::from(u64::try_from(reset).unwrap_or(u64::MAX));
        let values = [self.limit.into(), self.remaining.into(), reset.clone()];
        const NAMES: [[&str; 2]; 3] = [
            ["x-ratelimit-limit", "ratelimit-limit"],
            ["x-ratelimit-remaining", "ratelimit-remaining"],
            ["x-ratelimit-reset", "ratelimit-reset"],
        ];
        for (names, value) in NAMES.iter().zip(values) {
            for name in names {
                headers.insert(HeaderName::from_static(name), value.clone());
            }
        }
        if self.exceeded {
            headers.insert(RETRY_AFTER, reset);
        }
    }
}

/// Fails a fraction of the calls, evenly spread and not at random, so that tests are deterministic.
#[derive(Debug)]
struct Outage {
    /// Failures per million calls.
    rate: u64,
    calls: AtomicU64,
}

impl Outage {
    const WHOLE: u64 = 1_000_000;

    fn new(rate: f64) -> Self {
        Self {
            rate: (rate * Self::WHOLE as f64).round() as u64,
            calls: AtomicU64::new(0),
        }
    }

    /// Whether the next call fails: when the accumulated rate reaches another whole call.
    fn next_call_fails(&self) -> bool {
        let before = self.calls.fetch_add(1, Ordering::Relaxed) % Self::WHOLE;
        (before + 1) * self.rate / Self::WHOLE > before * self.rate / Self::WHOLE
    }
}
