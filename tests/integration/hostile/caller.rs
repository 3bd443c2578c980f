//! A handle that calls a hostile server.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use authlete::types::{IntrospectionRequest, TokenRequest};
use authlete::{ApiVersion, Authlete, Result, RetryPolicy};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::act::Act;
use super::server::Server;
use super::tls;
use crate::facts;

/// Less than the default, so that the tests have less to send; more than the longest body that has an end.
const MAX_RESPONSE_SIZE: usize = 1 << 20;

/// The default of an attempt.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// A handle, and how often it began to connect.
pub struct Caller {
    pub api: Authlete,
    connects: Connects,
}

/// Finds this machine by whatever name, and counts how often it is asked to: once for each connection.
#[derive(Clone, Default)]
struct Connects(Arc<AtomicUsize>);

impl Resolve for Connects {
    fn resolve(&self, _: Name) -> Resolving {
        self.0.fetch_add(1, Ordering::Relaxed);
        let here: Addrs = Box::new([SocketAddr::from((Ipv4Addr::LOCALHOST, 0))].into_iter());
        Box::pin(async { Ok(here) })
    }
}

impl Caller {
    /// The settings of a handle that is called by the tests, but for its waits, which keep no test waiting.
    pub fn new(server: &Server, deadline: Duration) -> Self {
        let scheme = if server.act.is_tls() { "https" } else { "http" };
        let url = format!("{scheme}://{}:{}", tls::HOST, server.port);
        // Only where it is what ends a call may it come before the deadline.
        let connect_timeout = match server.act {
            Act::HalfTls(_) => Duration::from_secs(1),
            _ => deadline,
        };
        // A call that only ends by its deadline has time for several attempts, also when the machine has much else to do.
        let retry = RetryPolicy::new().base_delay(Duration::from_millis(1));
        let retry = match deadline < ATTEMPT_TIMEOUT {
            true => retry.attempt_timeout(deadline / 10),
            false => retry,
        };
        let connects = Connects::default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .dns_resolver(Arc::new(connects.clone()))
            .tls_certs_only([tls::root()]);
        let api = Authlete::builder(facts::config(ApiVersion::V3, &url).allow_http(true))
            .reqwest_builder(http)
            .connect_timeout(connect_timeout)
            .timeout(deadline)
            .max_response_size(MAX_RESPONSE_SIZE)
            .retry(retry)
            .build()
            .unwrap();
        Self { api, connects }
    }

    pub fn take_connects(&self) -> usize {
        self.connects.0.swap(0, Ordering::Relaxed)
    }
}

/// A call of an operation.
#[derive(Clone, Copy)]
pub enum Call {
    /// One that may be repeated.
    Read,
    /// One that must not.
    Change,
}

impl Call {
    /// Makes it, and returns the subject in the answer.
    pub async fn make(self, api: &Authlete) -> Result<Option<String>> {
        match self {
            Self::Read => {
                let request = IntrospectionRequest::new("SECRET-token");
                Ok(api.introspection(&request).await?.subject)
            }
            Self::Change => {
                let parameters = "grant_type=client_credentials&client_secret=SECRET-secret";
                Ok(api.token(&TokenRequest::new(parameters)).await?.subject)
            }
        }
    }
}
