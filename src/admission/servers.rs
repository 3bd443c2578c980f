//! The admission to each server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Admission;
use crate::settings::Settings;

/// The admission to each server that the handles of one builder call: mostly there is one.
///
/// It is by server, and not by handle: a handle may be made for a single call. Authlete counts by access token, of which
/// a server can have many; a limit for all together is never the wider one, and no credential has to be kept for it.
#[derive(Debug, Default)]
pub(crate) struct Servers(Mutex<HashMap<String, Option<Arc<Admission>>>>);

impl Servers {
    /// The admission to a server; `None` when the settings ask for none.
    pub fn admission(&self, server: &str, settings: &Settings) -> Option<Arc<Admission>> {
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let admission = servers.entry(server.to_owned());
        let new = || Admission::new(settings).map(Arc::new);
        admission.or_insert_with(new).clone()
    }
}
