//! The attempts of one call.

use std::time::Duration;

use tokio::time::Instant;
use tower::retry::budget::{Budget as _, TpsBudget};

use super::RetryPolicy;
use crate::Error;

/// Counts the attempts of a call, and decides whether there is another one.
pub(crate) struct Attempts<'a> {
    policy: &'a RetryPolicy,
    budget: &'a TpsBudget,
    /// Whether a call may be repeated even if it may have been processed.
    is_repeatable: bool,
    deadline: Instant,
    /// Including the current one.
    requests: u32,
    /// Including the current one. A request that is repeated with a new nonce does not count as another attempt.
    attempts: u32,
    /// Whether the request of the current attempt was repeated with a new nonce.
    is_renewed: bool,
}

impl<'a> Attempts<'a> {
    /// Begins a call, and makes its deposit into the budget.
    pub fn begin(
        policy: &'a RetryPolicy,
        budget: &'a TpsBudget,
        is_repeatable: bool,
        deadline: Instant,
    ) -> Self {
        budget.deposit();
        Self {
            policy,
            budget,
            is_repeatable,
            deadline,
            requests: 0,
            attempts: 0,
            is_renewed: false,
        }
    }

    /// Starts an attempt.
    pub fn start(&mut self) {
        self.requests += 1;
        self.attempts += 1;
    }

    /// The timeout of the current attempt, if it may be followed by another one.
    pub fn time_limit(&self) -> Option<Duration> {
        (self.is_repeatable && !self.is_last()).then_some(self.policy.attempt_timeout)
    }

    /// The number of requests before the current one.
    pub fn resent(&self) -> u32 {
        self.requests.saturating_sub(1)
    }

    /// Repeats the request of the current attempt with the new nonce of the server: once, and without a delay, independent
    /// of the policy. The server rejected the request before it processed it.
    pub fn retry_with_nonce(&mut self) -> Option<Duration> {
        if std::mem::replace(&mut self.is_renewed, true) {
            return None;
        }
        self.attempts = self.attempts.saturating_sub(1);
        Some(Duration::ZERO)
    }

    /// The delay before the next attempt; `None` when the error is final.
    pub fn delay_after(&mut self, error: &Error) -> Option<Duration> {
        self.is_renewed = false;
        if self.is_last() || !self.may_repeat(error) {
            return None;
        }
        let backoff = self.policy.backoff(self.attempts, fastrand::f64());
        let delay = error
            .retry_after()
            .unwrap_or_default()
            .saturating_add(backoff);
        let left = self.deadline.saturating_duration_since(Instant::now());
        // If no time is left, the call is not retried and the budget is unchanged.
        (delay < left && self.budget.withdraw()).then_some(delay)
    }

    fn is_last(&self) -> bool {
        self.attempts >= self.policy.max_attempts
    }

    /// Whether a retry can succeed and is safe.
    fn may_repeat(&self, error: &Error) -> bool {
        error.is_retryable() && (self.is_repeatable || !error.may_be_processed())
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};

    use super::super::budget;
    use super::*;
    use crate::error::ApiError;
    use crate::{ResponseHeaders, Secret};

    fn refusal(status: u16, retry_after: Option<&'static str>) -> Error {
        let values = retry_after.map(|text| (RETRY_AFTER, HeaderValue::from_static(text)));
        Error::Api(Box::new(ApiError {
            operation: "introspection",
            status: StatusCode::from_u16(status).unwrap(),
            result_code: None,
            result_message: None,
            headers: ResponseHeaders(HeaderMap::from_iter(values)),
            body: None,
            snippet: Secret::default(),
        }))
    }

    /// The delays of a call whose attempts all fail with the same error; an attempt takes no time.
    async fn waits(policy: &RetryPolicy, timeout: Duration, error: &Error) -> Vec<Duration> {
        let (budget, deadline) = (budget(), Instant::now() + timeout);
        let mut attempts = Attempts::begin(policy, &budget, true, deadline);
        let mut waits = Vec::new();
        loop {
            attempts.start();
            let Some(delay) = attempts.delay_after(error) else {
                break;
            };
            let begun = Instant::now();
            tokio::time::sleep(delay).await;
            waits.push(begun.elapsed());
        }
        waits
    }

    const LONG: Duration = Duration::from_secs(3600);

    #[tokio::test(start_paused = true)]
    async fn backoff_grows_up_to_max_delay_with_full_jitter() {
        let policy = RetryPolicy::new().max_attempts(9);
        let mut sums = [0.0; 8];
        for _ in 0..400 {
            let waits = waits(&policy, LONG, &refusal(503, None)).await;
            assert_eq!(waits.len(), 8);
            for (number, wait) in waits.into_iter().enumerate() {
                let longest = Duration::from_millis(100 << number).min(Duration::from_secs(2));
                // The clock has a resolution of a millisecond.
                assert!(
                    wait <= longest + Duration::from_millis(1),
                    "{number}: {wait:?}"
                );
                sums[number] += wait.as_secs_f64() / longest.as_secs_f64();
            }
        }
        // Full jitter: from nothing to all, half on average.
        for (number, sum) in sums.into_iter().enumerate() {
            assert!((0.4..0.6).contains(&(sum / 400.0)), "{number}: {sum}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_of_the_server_is_respected() {
        let policy = RetryPolicy::new().base_delay(Duration::ZERO);
        let waits = waits(&policy, LONG, &refusal(429, Some("7"))).await;
        assert_eq!(waits, [Duration::from_secs(7), Duration::from_secs(7)]);
    }

    #[tokio::test(start_paused = true)]
    async fn retry_that_would_start_past_the_deadline_is_not_made() {
        let policy = RetryPolicy::new()
            .max_attempts(10)
            .base_delay(Duration::ZERO);
        let timeout = Duration::from_secs(20);
        let waited = waits(&policy, timeout, &refusal(429, Some("7"))).await;
        assert_eq!(waited.len(), 2);
        assert_eq!(waits(&policy, timeout, &refusal(429, Some("20"))).await, []);
        let eons = u64::MAX.to_string().leak();
        assert_eq!(waits(&policy, timeout, &refusal(429, Some(eons))).await, []);
    }

    #[tokio::test(start_paused = true)]
    async fn retry_budget_limits_the_retries_in_an_outage() {
        let (policy, budget) = (RetryPolicy::new(), budget());
        let error = refusal(503, None);
        let calls = 10_000;
        let mut retries = 0;
        for _ in 0..calls {
            let deadline = Instant::now() + LONG;
            let mut attempts = Attempts::begin(&policy, &budget, true, deadline);
            attempts.start();
            while attempts.delay_after(&error).is_some() {
                retries += 1;
                attempts.start();
            }
        }
        let reserve = 100;
        assert_eq!(retries, reserve + calls / 5);
        // A second later the budget is still empty, and after the window the reserve is available again.
        let deadline = Instant::now() + LONG;
        let mut attempts = Attempts::begin(&policy, &budget, true, deadline);
        attempts.start();
        assert!(attempts.delay_after(&error).is_none());
        tokio::time::advance(Duration::from_secs(30)).await;
        assert!(attempts.delay_after(&error).is_some());
    }

    #[test]
    fn extreme_policies_do_not_panic() {
        for policy in [
            RetryPolicy::new().base_delay(Duration::MAX),
            RetryPolicy::new().max_delay(Duration::ZERO),
            RetryPolicy::new()
                .base_delay(Duration::MAX)
                .max_delay(Duration::MAX),
        ] {
            for attempts in [0, 1, 2, 40, u32::MAX] {
                assert!(policy.backoff(attempts, 0.999) <= policy.max_delay);
            }
        }
        assert_eq!(RetryPolicy::new().max_attempts(0), RetryPolicy::never());
    }
}
