//! Whether a call is retried, and when.

mod attempts;
mod policy;

use std::time::Duration;

use tower::retry::budget::TpsBudget;

pub(crate) use attempts::Attempts;
pub use policy::RetryPolicy;

/// How long a call counts for the budget.
const BUDGET_WINDOW: Duration = Duration::from_secs(10);

/// Retries a second that are always in the budget, so that a server with few calls can retry each of them. It is a
/// tenth of what Authlete allows an access token by default.
const BUDGET_MINIMUM: u32 = 10;

/// Retries in the budget for each call: in an outage the load grows by a fifth, and is not multiplied.
const BUDGET_SHARE: f32 = 0.2;

/// The retry budget, shared by all handles that came from one builder.
pub(crate) fn budget() -> TpsBudget {
    TpsBudget::new(BUDGET_WINDOW, BUDGET_MINIMUM, BUDGET_SHARE)
}
