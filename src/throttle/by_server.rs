//! The throttle of each server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Throttle, ThrottlePolicies};

/// The throttle of each server that the handles of one builder call: mostly there is one.
///
/// It is by server, and not by handle: a handle may be made for a single call. Authlete counts by access token, of which
/// a server can have many; a limit for all together is never the wider one, and no credential has to be kept for it.
#[derive(Debug, Default)]
pub(crate) struct Throttles(Mutex<HashMap<String, Option<Arc<Throttle>>>>);

impl Throttles {
    /// The throttle of a server; `None` when there is neither a rate limiter nor a circuit breaker.
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
