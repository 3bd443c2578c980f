//! Rate limiting and circuit breaking: whether an attempt may be sent, and when.

mod by_server;
mod circuit_breaker;
mod circuit_breaker_policy;
mod rate_limiter;
mod rate_limiter_policy;

use std::collections::HashMap;

use reqwest::StatusCode;
use tokio::time::Instant;

pub(crate) use by_server::Throttles;
use circuit_breaker::CircuitBreaker;
pub use circuit_breaker_policy::CircuitBreakerPolicy;
use rate_limiter::RateLimiter;
pub use rate_limiter_policy::RateLimiterPolicy;

use crate::error::TransportErrorKind;
use crate::{Error, Operation, Result, operations};

/// The policies of the caller.
#[derive(Debug, Clone, Default)]
pub(crate) struct ThrottlePolicies {
    pub rate_limiter: Option<RateLimiterPolicy>,
    pub circuit_breaker: Option<CircuitBreakerPolicy>,
}

/// The rate limiter and the circuit breakers of one server.
#[derive(Debug)]
pub(crate) struct Throttle {
    rate_limiter: Option<RateLimiter>,
    /// By category of operations; empty without circuit breakers.
    circuit_breakers: HashMap<&'static str, CircuitBreaker>,
}

/// A permit for one attempt, which reports the outcome to the circuit breaker of the category, if there is one.
#[derive(Debug, Default)]
pub(crate) struct Permit<'a>(Option<circuit_breaker::Guard<'a>>);

impl Throttle {
    /// `None` without a rate limiter and circuit breakers.
    fn new(policies: &ThrottlePolicies) -> Option<Self> {
        let ThrottlePolicies {
            rate_limiter,
            circuit_breaker,
        } = policies;
        if rate_limiter.is_none() && circuit_breaker.is_none() {
            return None;
        }
        let mut circuit_breakers = HashMap::new();
        if let Some(policy) = circuit_breaker {
            for operation in operations::ALL {
                circuit_breakers.insert(operation.category, CircuitBreaker::new(policy));
            }
        }
        Some(Self {
            rate_limiter: rate_limiter.as_ref().map(RateLimiter::new),
            circuit_breakers,
        })
    }

    /// Waits until an attempt may be sent. Fails at once if it must not be sent, or not before the deadline.
    pub async fn acquire(
        &self,
        operation: &'static Operation,
        deadline: Instant,
    ) -> Result<Permit<'_>> {
        // The circuit breaker first, so that a rejected attempt takes no slot of the rate limiter.
        let permit = self.permit(operation)?;
        let Some(rate_limiter) = &self.rate_limiter else {
            return Ok(permit);
        };
        let slot = rate_limiter.acquire(deadline).await;
        let waited = slot.map_err(|delay| Error::Throttled {
            operation: operation.id,
            delay,
        })?;
        match waited && !permit.is_trial() {
            // The circuit breaker may have opened in the meantime.
            true => self.permit(operation),
            false => Ok(permit),
        }
    }

    fn permit(&self, operation: &'static Operation) -> Result<Permit<'_>> {
        let circuit = self.circuit_breakers.get(operation.category);
        let permit = circuit.map(CircuitBreaker::acquire).transpose();
        permit.map(Permit).map_err(|retry_in| Error::CircuitOpen {
            operation: operation.id,
            retry_in,
        })
    }
}

impl Permit<'_> {
    fn is_trial(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(circuit_breaker::Guard::is_trial)
    }

    /// Records how the attempt ended.
    pub fn record<T>(self, outcome: &Result<T>) {
        let Some(permit) = self.0 else { return };
        match outcome {
            Err(error) if is_failure(error) => permit.failed(),
            // Nothing was sent, so the error says nothing about the server.
            Err(Error::Transport { kind, .. }) if *kind == TransportErrorKind::Request => {}
            _ => permit.succeeded(),
        }
    }
}

/// Whether the server or the network failed, not the call. 501 means that the server does not know the operation.
fn is_failure(error: &Error) -> bool {
    match error {
        Error::Transport { kind, .. } => *kind != TransportErrorKind::Request,
        _ => error.status().is_some_and(|status| {
            status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
        }),
    }
}
