//! IDs of pending requests on pages.

use std::hash::{BuildHasher as _, RandomState};

use crate::Secret;

/// An ID of the request of a ticket, for a hidden field of the page that asks the user about it. It reveals nothing about the
/// ticket.
///
/// Another request may arrive in the same browser session while the user reads the page. So keep the ID with the request, and
/// continue only if the form has the same one. Each call returns another ID.
/// [`PendingAuthorization::page_id`](super::PendingAuthorization::page_id) is the ID of an authorization request.
pub fn page_id(ticket: &Secret) -> String {
    // `RandomState` has random keys.
    format!("{:016x}", RandomState::new().hash_one(ticket.expose()))
}
