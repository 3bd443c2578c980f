//! The audit log: what users do and what is attempted in their name, with the address and the outcome.
//!
//! Its events have the target `audit`, so that a log collector can separate them. They contain no secrets and no entered user
//! name, which may be a password.

use http::request::Parts;

use crate::app::App;

/// Writes an event. `user` is the subject, or empty for a user who does not exist.
pub fn event(app: &App, parts: &Parts, event: &'static str, user: &str, outcome: &'static str) {
    let address = app.address(parts);
    tracing::info!(target: "audit", event, user, outcome, address, "audit");
}

/// Writes an event that concerns an app.
pub fn event_of_app(
    app: &App,
    parts: &Parts,
    event: &'static str,
    user: &str,
    client_id: Option<i64>,
    outcome: &'static str,
) {
    let address = app.address(parts);
    tracing::info!(target: "audit", event, user, client_id, outcome, address, "audit");
}

/// The outcome of a decision on a request of an app.
pub fn decision(agreed: bool) -> &'static str {
    if agreed { "allowed" } else { "refused" }
}
