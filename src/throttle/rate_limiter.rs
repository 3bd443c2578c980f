//! A rate limiter.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::RateLimiterPolicy;

/// Assigns slots, first come, first served.
///
/// It uses the generic cell rate algorithm (GCRA). A slot is reserved before waiting for it, so that the delay is known at
/// once. The state is a single point in time, without a queue that one caller could block.
///
/// Times are relative to `start`, so that subtracting from them cannot underflow an `Instant`.
#[derive(Debug)]
pub(super) struct RateLimiter {
    interval: Duration,
    tolerance: Duration,
    start: Instant,
    schedule: Mutex<Schedule>,
}

#[derive(Debug, Default)]
struct Schedule {
    /// The time of the next evenly spaced call (the theoretical arrival time of GCRA); a call may be earlier by the
    /// tolerance.
    next: Duration,
    /// The slots of callers that were dropped while they waited. The next callers get them; otherwise these would wait
    /// behind unused slots.
    returned: BinaryHeap<Reverse<Duration>>,
}

/// A reserved slot, until its time has come.
struct Reservation<'a> {
    limiter: &'a RateLimiter,
    at: Duration,
}

impl RateLimiter {
    pub fn new(rate: &RateLimiterPolicy) -> Self {
        Self {
            interval: rate.interval(),
            tolerance: rate.tolerance(),
            start: Instant::now(),
            schedule: Mutex::default(),
        }
    }

    /// Waits for a slot, and returns whether there was a delay. If the slot is not before the deadline, none is
    /// reserved, and the error is the delay.
    pub async fn acquire(&self, deadline: Instant) -> Result<bool, Duration> {
        let slot = self.reserve(deadline)?;
        let waits = self.now() < slot.at;
        if waits {
            sleep_until(self.start + slot.at).await;
        }
        Ok(waits)
    }

    fn reserve(&self, deadline: Instant) -> Result<Reservation<'_>, Duration> {
        let mut schedule = self.schedule();
        let now = self.now();
        schedule.remove_before(now.saturating_sub(self.tolerance));
        let even = schedule.next.max(now);
        let returned = schedule.returned.peek().map(|slot| slot.0);
        let at = returned.unwrap_or_else(|| even.saturating_sub(self.tolerance));

        let wait = at.saturating_sub(now);
        // At the deadline, no time would be left for the call.
        if !wait.is_zero() && at >= deadline.saturating_duration_since(self.start) {
            return Err(wait);
        }
        match returned {
            Some(_) => _ = schedule.returned.pop(),
            None => schedule.next = even.saturating_add(self.interval),
        }
        Ok(Reservation { limiter: self, at })
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Schedule {
    /// Removes the returned slots that are too old to be part of a burst.
    fn remove_before(&mut self, oldest: Duration) {
        while self.returned.peek().is_some_and(|slot| slot.0 < oldest) {
            self.returned.pop();
        }
    }
}

/// Returns a slot that is dropped before its time.
impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if self.limiter.now() < self.at {
            self.limiter.schedule().returned.push(Reverse(self.at));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::time::{advance, sleep, timeout};

    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    /// Ten slots per second.
    fn limiter(burst: u32) -> RateLimiter {
        RateLimiter::new(&RateLimiterPolicy::per_second(10).burst(burst))
    }

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    async fn slot(limiter: &RateLimiter, within: Duration) -> Result<bool, Duration> {
        limiter.acquire(Instant::now() + within).await
    }

    /// The slots of concurrent callers, in the order of their calls.
    async fn slots(limiter: &Arc<RateLimiter>, callers: u32) -> Vec<Duration> {
        let begun = Instant::now();
        let callers = (0..callers).map(|_| {
            let limiter = Arc::clone(limiter);
            async move {
                slot(&limiter, LONG).await.unwrap();
                begun.elapsed()
            }
        });
        futures_util::future::join_all(callers).await
    }

    #[tokio::test(start_paused = true)]
    async fn burst_is_not_delayed_and_further_calls_are_evenly_spaced() {
        let limiter = Arc::new(limiter(3));
        let first = slots(&limiter, 6).await;
        assert_eq!(first, [0, 0, 0, 100, 200, 300].map(ms));
        // After a pause a burst is permitted again, and after a longer pause it is not larger.
        advance(ms(200)).await;
        assert_eq!(slots(&limiter, 4).await, [0, 0, 100, 200].map(ms));
        advance(LONG).await;
        assert_eq!(slots(&limiter, 5).await, [0, 0, 0, 100, 200].map(ms));
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_than_the_rate_and_the_burst() {
        let limiter = RateLimiter::new(&RateLimiterPolicy::per_second(90));
        let mut times = Vec::new();
        let begun = Instant::now();
        let mut random = fastrand::Rng::with_seed(7);
        while times.len() < 2000 {
            for _ in 0..random.u32(0..300) {
                slot(&limiter, LONG).await.unwrap();
                times.push(begun.elapsed());
            }
            sleep(ms(random.u64(0..2000))).await;
        }
        let most = times
            .iter()
            .map(|from| {
                let second = *from..*from + ms(1000);
                times.iter().filter(|time| second.contains(time)).count()
            })
            .max();
        // The rate is used fully.
        assert!((90..=99).contains(&most.unwrap()), "{most:?}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn threads_share_the_rate() {
        let limiter = Arc::new(RateLimiter::new(
            &RateLimiterPolicy::per_second(500).burst(10),
        ));
        let begun = Instant::now();
        let callers = (0..200).map(|_| {
            let limiter = Arc::clone(&limiter);
            tokio::spawn(async move { slot(&limiter, LONG).await.unwrap() })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
        // Ten at once, and 190 one after the other.
        assert!(begun.elapsed() >= ms(375), "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn slot_beyond_the_deadline_is_an_error_at_once() {
        let limiter = limiter(1);
        assert_eq!(slot(&limiter, ms(0)).await, Ok(false));
        assert_eq!(slot(&limiter, ms(101)).await, Ok(true));
        let begun = Instant::now();
        assert_eq!(slot(&limiter, ms(100)).await, Err(ms(100)));
        assert_eq!(slot(&limiter, ms(0)).await, Err(ms(100)));
        assert_eq!(begun.elapsed(), Duration::ZERO);
        // A rejected call takes no slot.
        assert_eq!(slot(&limiter, ms(101)).await, Ok(true));
        assert_eq!(begun.elapsed(), ms(100));
    }

    #[tokio::test(start_paused = true)]
    async fn slots_of_dropped_callers_go_to_the_next_callers() {
        let limiter = Arc::new(limiter(1));
        let impatient = timeout(ms(250), slots(&limiter, 1000)).await;
        impatient.unwrap_err();
        assert_eq!(slots(&limiter, 3).await, [50, 150, 250].map(ms));
        // Unused slots do not permit a larger burst.
        advance(ms(5000)).await;
        assert_eq!(slots(&limiter, 3).await, [0, 100, 200].map(ms));
    }

    #[tokio::test(start_paused = true)]
    async fn slots_of_dropped_callers_count_towards_a_burst() {
        let limiter = Arc::new(limiter(3));
        // Besides the three that come at once, those of 100, 200 and 300 ms are taken.
        let impatient = timeout(ms(50), slots(&limiter, 6)).await;
        impatient.unwrap_err();
        advance(ms(300)).await;
        // The first slot is too old by now.
        assert_eq!(slots(&limiter, 4).await, [0, 0, 50, 150].map(ms));
    }

    #[tokio::test(start_paused = true)]
    async fn caller_who_is_not_polled_does_not_block_others() {
        let limiter = limiter(1);
        slot(&limiter, LONG).await.unwrap();
        let mut idle = Box::pin(slot(&limiter, LONG));
        let begun = Instant::now();
        timeout(ms(1), &mut idle).await.unwrap_err();
        slot(&limiter, LONG).await.unwrap();
        assert_eq!(begun.elapsed(), ms(200));
        assert_eq!(idle.await, Ok(true));
    }

    #[tokio::test(start_paused = true)]
    async fn extreme_rates_do_not_panic() {
        for per_second in [0, 1, 3, u32::MAX] {
            for burst in [0, 1, u32::MAX] {
                let rate = RateLimiterPolicy::per_second(per_second).burst(burst);
                let limiter = RateLimiter::new(&rate);
                for _ in 0..10 {
                    slot(&limiter, LONG).await.unwrap();
                }
                advance(LONG).await;
                slot(&limiter, LONG).await.unwrap();
            }
        }
    }
}
