//! The audit log: what users did and what was tried in their names, from which address, and how it went.
//!
//! Its events have the target `audit`, so that a collector of logs can keep them apart. They have no secret, and not the name that
//! somebody typed: it may be a password in the wrong field.

use http::request::Parts;

use crate::app::App;

/// Writes an event. `user` is the subject, or empty for a user who does not exist.
pub fn event(app: &App, parts: &Parts, event: &'static str, user: &str, outcome: &'static str) {
    let address = app.address(parts);
    tracing::info!(target: "audit", event, user, outcome, address, "audit");
}

/// The same for what concerns an app.
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

/// The outcome of a decision on what an app asks for.
pub fn decision(agreed: bool) -> &'static str {
    if agreed { "allowed" } else { "refused" }
}
