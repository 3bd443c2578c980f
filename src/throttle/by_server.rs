//! The throttles by server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Throttle, ThrottlePolicies};

/// The throttles of the servers that the handles of one builder call; usually there is one server.
///
/// A throttle is per server, not per handle, because a handle may be created for a single call. Authlete's rate limit is per
/// access token; a limit for all tokens together never exceeds it, and needs no credentials as keys.
#[derive(Debug, Default)]
pub(crate) struct Throttles(Mutex<HashMap<String, Option<Arc<Throttle>>>>);

impl Throttles {
    /// The throttle of a server; `None` without a rate limiter and circuit breakers.
    pub fn get_or_create(
        &self,
        server: &str,
        policies: &ThrottlePolicies,
    ) -> Option<Arc<Throttle>> {
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let throttle = servers.entry(server.to_owned());
        let new = || Throttle::new(policies).map(Arc::new);
        throttle.or_insert_with(new).clone()
    }
}
