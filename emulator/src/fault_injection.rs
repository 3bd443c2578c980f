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
use crate::logging::Handled;
use crate::reply::Reply;
use crate::result_code::TOO_MANY_CALLS;

/// The time that a limit is counted in.
const WINDOW: Duration = Duration::from_secs(1);

/// What a balancer says when it has nobody to hand a request to.
const UNAVAILABLE: &str = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n\
    <body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n";

/// What is asked for; nothing by default.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    pub latency: Duration,
    /// Calls a second.
    pub rate_limit: Option<u32>,
    /// The share of calls that fail.
    pub unavailable: f64,
}

/// What is asked for, and what happened so far.
#[derive(Debug)]
pub struct FaultInjection {
    /// Knows which operation a call is for.
    api: Arc<Api>,
    latency: Duration,
    limit: Option<Limit>,
    outage: Outage,
}

impl Faults {
    /// Refuses what makes no sense.
    pub fn check(&self) -> io::Result<()> {
        let refuse = |words| Err(io::Error::new(io::ErrorKind::InvalidInput, words));
        if self.rate_limit == Some(0) {
            return refuse("rate_limit: 0 calls in a second would allow none");
        }
        if !(0.0..=1.0).contains(&self.unavailable) {
            return refuse("unavailable: the share of calls that fail must be from 0 to 1");
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
            outage: Outage::new(faults.unavailable),
        }
    }

    fn operation(&self, call: &Request) -> Option<&'static str> {
        let authorization = call.headers().get(AUTHORIZATION);
        let authorization = authorization.and_then(|value| value.to_str().ok());
        self.api
            .operation(call.method().as_str(), call.uri().path(), authorization)
    }
}

/// Hands a call on to the API, or answers in its stead as a gateway would.
pub async fn apply(
    State(conditions): State<Arc<FaultInjection>>,
    call: Request,
    api: Next,
) -> Response {
    let standing = conditions
        .limit
        .as_ref()
        .map(|limit| limit.count(Instant::now()));
    let mut response = if standing.as_ref().is_some_and(|standing| standing.exceeded) {
        let reply = Reply::error(429, call.uri().path(), TOO_MANY_CALLS);
        let handled = Handled::new(conditions.operation(&call), Bytes::new(), &reply);
        (Extension(handled), reply).into_response()
    } else if conditions.outage.strikes() {
        let html = HeaderValue::from_static("text/html");
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let handled = Handled::unanswered(conditions.operation(&call));
        let answer = (Extension(handled), [(CONTENT_TYPE, html)], UNAVAILABLE);
        (status, answer).into_response()
    } else {
        api.run(call).await
    };
    if let Some(standing) = standing {
        standing.describe(response.headers_mut());
    }
    if !conditions.latency.is_zero() {
        tokio::time::sleep(conditions.latency).await;
    }
    response
}

/// A number of calls in each second that begins with a call.
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

/// How a caller stands after a call.
#[derive(Debug)]
struct Standing {
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

    fn count(&self, now: Instant) -> Standing {
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
        Standing {
            limit: self.calls,
            remaining: self.calls.saturating_sub(window.calls),
            reset: WINDOW.saturating_sub(now.saturating_duration_since(window.start)),
            exceeded,
        }
    }
}

impl Standing {
    /// In the names with `X-` that are common, and in those that the IETF's drafts gave to the same.
    fn describe(&self, headers: &mut HeaderMap) {
        // Whoever waits for whole seconds must not come too early.
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

/// Fails a share of the calls, spread evenly and not by chance, so that a test can count on it.
#[derive(Debug)]
struct Outage {
    /// Of a million calls.
    share: u64,
    calls: AtomicU64,
}

impl Outage {
    const WHOLE: u64 = 1_000_000;

    fn new(share: f64) -> Self {
        Self {
            share: (share * Self::WHOLE as f64).round() as u64,
            calls: AtomicU64::new(0),
        }
    }

    /// Whether this call fails: when its part of the share makes another call whole.
    fn strikes(&self) -> bool {
        let before = self.calls.fetch_add(1, Ordering::Relaxed) % Self::WHOLE;
        (before + 1) * self.share / Self::WHOLE > before * self.share / Self::WHOLE
    }
}
