//! `/auth/authorization`: authorization requests, and the decisions on them.

mod check;
mod error;
mod fail;
mod interaction;
mod issue;
mod receive;
mod response;
mod ticket;

pub use check::check;
pub use fail::fail;
pub use issue::issue;
pub use receive::{PUSHED, Received, by_value};
pub use ticket::{info as ticket_info, update as update_ticket};

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::ObjectExt;
use crate::protocol::lifetime;
use crate::random;
use crate::store::Service;
use error::AuthorizationError;

/// Checks a request, and issues a ticket for the decision on it.
pub fn authorization(call: &Call, service: &mut Service) -> Outcome {
    process(call, service).or_else(|error| error.outcome(call, service))
}

fn process(call: &Call, service: &mut Service) -> Result<ApiResponse, AuthorizationError> {
    let received = receive::from_browser(call, service)?;
    let mut checked = check(received, service, call.now)?;
    let ticket = random::token()?;
    let response = response::of(call, service, &checked).with("ticket", ticket.as_str());
    checked.request.context = call.body.text("context").map(str::to_owned);
    let expires_at = after(call.now, lifetime::TICKET);
    service.authorization_requests.insert(
        Digest::of(&ticket),
        checked.request,
        expires_at,
        call.now,
    );
    Ok(response.build())
}
