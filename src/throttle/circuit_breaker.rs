//! A circuit breaker.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::CircuitBreakerPolicy;

/// Permits attempts while they succeed, and single trials while they fail.
#[derive(Debug)]
pub(super) struct CircuitBreaker {
    policy: CircuitBreakerPolicy,
    state: Mutex<CircuitState>,
}

#[derive(Debug)]
enum CircuitState {
    Closed {
        /// Consecutive failures.
        failures: u32,
    },
    Open {
        /// When the circuit opened, or when the last trials were permitted.
        since: Instant,
        /// How many trials are still permitted.
        trials: u32,
    },
}

/// A permitted attempt. If it is dropped without an outcome, it counts neither as success nor as failure.
#[derive(Debug)]
pub(crate) struct Guard<'a> {
    circuit: &'a CircuitBreaker,
    /// When the circuit opened, if the attempt is a trial.
    trial: Option<Instant>,
}

impl CircuitBreaker {
    pub fn new(policy: &CircuitBreakerPolicy) -> Self {
        Self {
            policy: policy.clone(),
            state: Mutex::new(CircuitState::CLOSED),
        }
    }

    /// Permits an attempt; the error is the time until the next trial.
    pub fn acquire(&self) -> Result<Guard<'_>, Duration> {
        let mut state = self.state();
        let trial = match &mut *state {
            CircuitState::Closed { .. } => None,
            CircuitState::Open { since, trials } => {
                // Restart the open period, so that a trial that never ends does not block further ones.
                if since.elapsed() >= self.policy.open_duration {
                    *since = Instant::now();
                    *trials = self.policy.half_open_calls;
                }
                let left = trials.checked_sub(1);
                *trials =
                    left.ok_or_else(|| self.policy.open_duration.saturating_sub(since.elapsed()))?;
                Some(*since)
            }
        };
        Ok(Guard {
            circuit: self,
            trial,
        })
    }

    fn state(&self) -> MutexGuard<'_, CircuitState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CircuitState {
    const CLOSED: Self = Self::Closed { failures: 0 };

    fn open() -> Self {
        Self::Open {
            since: Instant::now(),
            trials: 0,
        }
    }
}

impl Guard<'_> {
    pub fn is_trial(&self) -> bool {
        self.trial.is_some()
    }

    pub fn succeeded(mut self) {
        let is_trial = self.trial.take().is_some();
        let mut state = self.circuit.state();
        // An attempt that began before the circuit breaker opened does not show that the server has recovered.
        if is_trial || matches!(*state, CircuitState::Closed { .. }) {
            *state = CircuitState::CLOSED;
        }
    }

    pub fn failed(mut self) {
        let is_trial = self.trial.take().is_some();
        let mut state = self.circuit.state();
        match &mut *state {
            CircuitState::Closed { failures } => {
                *failures += 1;
                if *failures >= self.circuit.policy.failure_threshold {
                    *state = CircuitState::open();
                }
            }
            CircuitState::Open { .. } if is_trial => *state = CircuitState::open(),
            CircuitState::Open { .. } => {}
        }
    }
}

/// Permits another trial instead of one that was dropped.
impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if let Some(trial) = self.trial
            && let CircuitState::Open { since, trials } = &mut *self.circuit.state()
            && *since == trial
        {
            *trials += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const PAUSE: Duration = Duration::from_secs(5);
    const SECOND: Duration = Duration::from_secs(1);

    /// A circuit breaker that opens after three failures.
    fn circuit(trials: u32) -> CircuitBreaker {
        let policy = CircuitBreakerPolicy::new()
            .failure_threshold(3)
            .open_duration(PAUSE);
        CircuitBreaker::new(&policy.half_open_calls(trials))
    }

    /// A circuit breaker that has just opened.
    fn open(trials: u32) -> CircuitBreaker {
        let circuit = circuit(trials);
        for _ in 0..3 {
            circuit.acquire().unwrap().failed();
        }
        circuit
    }

    /// The time until the next trial; `None` when an attempt is permitted.
    fn refusal(circuit: &CircuitBreaker) -> Option<Duration> {
        circuit.acquire().err()
    }

    #[tokio::test(start_paused = true)]
    async fn consecutive_failures_open_the_circuit() {
        let circuit = circuit(1);
        for _ in 0..5 {
            circuit.acquire().unwrap().failed();
            circuit.acquire().unwrap().failed();
            circuit.acquire().unwrap().succeeded();
        }
        for _ in 0..3 {
            assert_eq!(refusal(&circuit), None);
            circuit.acquire().unwrap().failed();
        }
        assert_eq!(refusal(&circuit), Some(PAUSE));
        advance(SECOND).await;
        assert_eq!(refusal(&circuit), Some(4 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn half_open_circuit_permits_the_configured_number_of_trials() {
        for trials in [1, 2, 7] {
            let circuit = open(trials);
            advance(PAUSE).await;
            let permits: Vec<_> = (0..trials).map(|_| circuit.acquire().unwrap()).collect();
            assert!(permits.iter().all(Guard::is_trial));
            assert_eq!(refusal(&circuit), Some(PAUSE));
        }
    }

    #[test]
    fn concurrent_threads_share_the_trials() {
        let policy = CircuitBreakerPolicy::new()
            .failure_threshold(1)
            .open_duration(SECOND)
            .half_open_calls(3);
        let circuit = CircuitBreaker::new(&policy);
        circuit.acquire().unwrap().failed();
        std::thread::sleep(SECOND);
        let permits = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..32)
                .map(|_| scope.spawn(|| circuit.acquire().ok()))
                .collect();
            let permits = threads
                .into_iter()
                .filter_map(|thread| thread.join().unwrap());
            permits.collect::<Vec<_>>()
        });
        assert_eq!(permits.len(), 3);
        assert!(permits.iter().all(Guard::is_trial));
    }

    #[tokio::test(start_paused = true)]
    async fn successful_trial_closes_the_circuit() {
        let circuit = open(1);
        advance(PAUSE).await;
        circuit.acquire().unwrap().succeeded();
        let permits: Vec<_> = (0..100).map(|_| circuit.acquire().unwrap()).collect();
        assert!(!permits.iter().any(Guard::is_trial));
        // The count restarts.
        circuit.acquire().unwrap().failed();
        circuit.acquire().unwrap().failed();
        assert_eq!(refusal(&circuit), None);
    }

    #[tokio::test(start_paused = true)]
    async fn failed_trial_reopens_the_circuit() {
        let circuit = open(2);
        advance(PAUSE).await;
        let (first, second) = (circuit.acquire().unwrap(), circuit.acquire().unwrap());
        advance(SECOND).await;
        first.failed();
        assert_eq!(refusal(&circuit), Some(PAUSE));
        // A later success of the other trial closes the circuit.
        second.succeeded();
        assert_eq!(refusal(&circuit), None);
    }

    #[tokio::test(start_paused = true)]
    async fn dropped_trial_frees_its_slot() {
        let circuit = open(1);
        for _ in 0..3 {
            advance(PAUSE).await;
            drop(circuit.acquire().unwrap());
            let trial = circuit.acquire().unwrap();
            assert_eq!(refusal(&circuit), Some(PAUSE));
            trial.failed();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn trial_that_never_ends_does_not_block_further_trials() {
        let circuit = open(1);
        advance(PAUSE).await;
        let endless = circuit.acquire().unwrap();
        advance(PAUSE).await;
        let second = circuit.acquire().unwrap();
        // Its slot was already given to the second trial.
        drop(endless);
        assert_eq!(refusal(&circuit), Some(PAUSE));
        second.succeeded();
        assert_eq!(refusal(&circuit), None);
    }

    #[tokio::test(start_paused = true)]
    async fn outcome_of_an_attempt_from_before_the_circuit_opened_is_ignored() {
        let circuit = circuit(1);
        let permits: Vec<_> = (0..3).map(|_| circuit.acquire().unwrap()).collect();
        let (late, later) = (circuit.acquire().unwrap(), circuit.acquire().unwrap());
        permits.into_iter().for_each(Guard::failed);
        advance(SECOND).await;
        late.failed();
        later.succeeded();
        assert_eq!(refusal(&circuit), Some(4 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn extreme_policies_do_not_panic() {
        let policy = CircuitBreakerPolicy::new()
            .failure_threshold(0)
            .half_open_calls(0);
        let forever = CircuitBreaker::new(&policy.clone().open_duration(Duration::MAX));
        forever.acquire().unwrap().failed();
        assert_eq!(refusal(&forever), Some(Duration::MAX));
        let never = CircuitBreaker::new(&policy.open_duration(Duration::ZERO));
        never.acquire().unwrap().failed();
        assert_eq!(refusal(&never), None);
    }
}
