//! `/auth/authorization`: authorization requests, and the decisions on them.

mod answer;
mod check;
mod fail;
mod interaction;
mod issue;
mod receive;
mod refused;
mod ticket;

pub use check::check;
pub use fail::fail;
pub use issue::issue;
pub use receive::{PUSHED, Received, by_value};
pub use ticket::{info as ticket_info, update as update_ticket};

use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::Members;
use crate::protocol::lifetime;
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::store::Service;
use refused::Refused;

/// Checks a request, and issues a ticket for the decision on it.
pub fn authorization(call: &Call, service: &mut Service) -> Outcome {
    process(call, service).or_else(|refused| refused.outcome(call, service))
}

fn process(call: &Call, service: &mut Service) -> Result<Reply, Refused> {
    let received = receive::from_browser(call, service)?;
    let mut checked = check(received, service, call.now)?;
    let ticket = random::token()?;
    let answer = answer::of(call, service, &checked).with("ticket", ticket.as_str());
    checked.request.context = call.body.text("context").map(str::to_owned);
    let expires_at = after(call.now, lifetime::TICKET);
    service.authorization_requests.insert(
        Digest::of(&ticket),
        checked.request,
        expires_at,
        call.now,
    );
    Ok(answer.reply())
}
