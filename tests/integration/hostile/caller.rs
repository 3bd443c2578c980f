//! A handle for calls to a hostile server.

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

/// Below the default, so that the tests send less, but above the longest finite body.
const MAX_RESPONSE_SIZE: usize = 1 << 20;

/// The default attempt timeout.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// A handle that counts its connection attempts.
pub struct Caller {
    pub api: Authlete,
    connects: Connects,
}

/// Resolves every name to this machine, and counts the lookups: one for each connection.
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
    /// A handle for the server, with short retry delays.
    pub fn new(server: &Server, deadline: Duration) -> Self {
        let scheme = if server.act.is_tls() { "https" } else { "http" };
        let url = format!("{scheme}://{}:{}", tls::HOST, server.port);
        // Shorter than the deadline only where it is expected to end the call.
        let connect_timeout = match server.act {
            Act::HalfTls(_) => Duration::from_secs(1),
            _ => deadline,
        };
        // A call that ends at its deadline has time for several attempts, even on a busy machine.
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
    /// An operation that may be retried.
    Read,
    /// An operation that must not be retried.
    Change,
}

impl Call {
    /// Makes the call, and returns the subject in the response.
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
