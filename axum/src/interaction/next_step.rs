//! The next step of an authorization request.

use std::time::SystemTime;

use authlete::server::{Decision, Interaction, PendingAuthorization, Session};

/// Whether the next step is to ask the user of the session for consent.
pub(super) fn is_consent(pending: &PendingAuthorization, session: &Session) -> bool {
    matches!(
        pending.decide(Some(session), SystemTime::now()),
        Decision::Interact(Interaction::Consent(_))
    )
}
