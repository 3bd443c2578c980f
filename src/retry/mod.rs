//! Retries.

mod attempts;
mod policy;

use std::time::Duration;

use tower::retry::budget::TpsBudget;

pub(crate) use attempts::Attempts;
pub use policy::RetryPolicy;

/// The window of the retry budget.
pub(crate) const BUDGET_WINDOW: Duration = Duration::from_secs(10);

/// The retries per second that are always in the budget, so that a server with few calls can retry all of them. It is a
/// tenth of Authlete's default rate limit for an access token.
pub(crate) const BUDGET_MINIMUM: u32 = 10;

/// The retries in the budget for each call: in an outage, retries increase the load by at most a fifth.
pub(crate) const BUDGET_SHARE: f32 = 0.2;

/// The retry budget, shared by all handles that came from one builder.
pub(crate) fn budget() -> TpsBudget {
    TpsBudget::new(BUDGET_WINDOW, BUDGET_MINIMUM, BUDGET_SHARE)
}
