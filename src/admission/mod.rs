//! Whether an attempt may be made, and when.

mod call_rate;
mod limiter;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

pub use call_rate::CallRate;
use limiter::Limiter;

use crate::settings::Settings;
use crate::{Error, Operation, Result};

/// What attempts at calling one server have to pass.
#[derive(Debug)]
pub(crate) struct Admission {
    limiter: Limiter,
}

impl Admission {
    /// Waits until an attempt may be made. Fails at once when that is not before the deadline.
    pub async fn admit(&self, operation: &'static Operation, deadline: Instant) -> Result<()> {
        let turn = self.limiter.turn(deadline).await;
        turn.map(drop).map_err(|wait| Error::NoTurn {
            operation: operation.id,
            wait,
        })
    }
}

/// The admission to each server that the handles of one builder call: mostly there is one.
///
/// It is by server, and not by handle: a handle may be made for a single call. Authlete counts by access token, of which
/// a server can have many; a limit for all together is never the wider one, and no credential has to be kept for it.
#[derive(Debug, Default)]
pub(crate) struct Admissions(Mutex<HashMap<String, Arc<Admission>>>);

impl Admissions {
    /// The admission to a server; `None` when the settings ask for none.
    pub fn to(&self, server: &str, settings: &Settings) -> Option<Arc<Admission>> {
        let call_rate = settings.call_rate.as_ref()?;
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let admission = servers.entry(server.to_owned()).or_insert_with(|| {
            Arc::new(Admission {
                limiter: Limiter::new(call_rate),
            })
        });
        Some(Arc::clone(admission))
    }
}
