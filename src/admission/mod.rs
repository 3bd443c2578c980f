//! Whether an attempt may be made, and when.

mod call_rate;
mod circuit;
mod circuit_policy;
mod limiter;
mod servers;

use std::collections::HashMap;

use reqwest::StatusCode;
use tokio::time::Instant;

pub use call_rate::CallRate;
use circuit::Circuit;
pub use circuit_policy::CircuitPolicy;
use limiter::Limiter;
pub(crate) use servers::Servers;

use crate::error::TransportErrorKind;
use crate::settings::Settings;
use crate::{Error, Operation, Result, operations};

/// What attempts at calling one server have to pass.
#[derive(Debug)]
pub(crate) struct Admission {
    limiter: Option<Limiter>,
    /// By category of operations; none when there are no circuit breakers.
    circuits: HashMap<&'static str, Circuit>,
}

/// An attempt that may be made, which the circuit breaker of its category waits to hear of, if there is one.
#[derive(Debug, Default)]
pub(crate) struct Permit<'a>(Option<circuit::Permit<'a>>);

impl Admission {
    /// The admission that the settings ask for, if they do.
    fn new(settings: &Settings) -> Option<Self> {
        let Settings {
            call_rate,
            circuit_breaker,
            ..
        } = settings;
        let circuit = |policy| {
            let all = operations::ALL.iter();
            all.map(move |operation| (operation.category, Circuit::new(policy)))
        };
        (call_rate.is_some() || circuit_breaker.is_some()).then(|| Self {
            limiter: call_rate.as_ref().map(Limiter::new),
            circuits: circuit_breaker.iter().flat_map(circuit).collect(),
        })
    }

    /// Waits until an attempt may be made. Fails at once when it may not be made, or not before the deadline.
    pub async fn admit(
        &self,
        operation: &'static Operation,
        deadline: Instant,
    ) -> Result<Permit<'_>> {
        // What is refused here takes no turn.
        let permit = self.enter(operation)?;
        let Some(limiter) = &self.limiter else {
            return Ok(permit);
        };
        let turn = limiter.turn(deadline).await;
        let waited = turn.map_err(|wait| Error::NoTurn {
            operation: operation.id,
            wait,
        })?;
        match waited && !permit.is_trial() {
            // The circuit breaker may have opened in the meantime.
            true => self.enter(operation),
            false => Ok(permit),
        }
    }

    fn enter(&self, operation: &'static Operation) -> Result<Permit<'_>> {
        let circuit = self.circuits.get(operation.category);
        let permit = circuit.map(Circuit::enter).transpose();
        permit.map(Permit).map_err(|retry_in| Error::CircuitOpen {
            operation: operation.id,
            retry_in,
        })
    }
}

impl Permit<'_> {
    fn is_trial(&self) -> bool {
        self.0.as_ref().is_some_and(circuit::Permit::is_trial)
    }

    /// Tells how the attempt ended.
    pub fn ended<T>(self, outcome: &Result<T>) {
        let Some(permit) = self.0 else { return };
        match outcome {
            Err(error) if is_failure(error) => permit.failed(),
            // It never was one, and tells nothing of the server.
            Err(Error::Transport { kind, .. }) if *kind == TransportErrorKind::Request => {}
            _ => permit.succeeded(),
        }
    }
}

/// Whether the server is to blame, or the way to it, and not the call. 501 says that an operation is unknown.
fn is_failure(error: &Error) -> bool {
    match error {
        Error::Transport { kind, .. } => *kind != TransportErrorKind::Request,
        _ => error.status().is_some_and(|status| {
            status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
        }),
    }
}
