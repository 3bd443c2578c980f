//! Requests that are no good.

use crate::call::Call;
use crate::protocol::authorization_response::Destination;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::{Refusal, usual_action};
use crate::reply::{Outcome, Reply};
use crate::store::Service;

/// Why a request is refused, and where its client can be told.
#[derive(Debug)]
pub struct Refused {
    pub refusal: Box<Refusal>,
    pub destination: Option<Destination>,
}

impl Refused {
    pub fn at(destination: Option<Destination>, error: OAuthError) -> Self {
        Self {
            refusal: Box::new(error.into()),
            destination,
        }
    }

    /// The error response (RFC 6749 §4.1.2.1): by way of the browser or, when that must not be sent there, here.
    pub fn outcome(self, call: &Call, service: &Service) -> Outcome {
        let (error, destination) = match (*self.refusal, self.destination) {
            (Refusal::Client(error), Some(destination)) => (error, destination),
            (refusal, _) => return refusal.outcome(call, &service.settings, usual_action),
        };
        let parameters = error.parameters(&service.settings);
        match destination.deliver(service, parameters, call.now) {
            Ok(delivery) => {
                let answer = Reply::action(call.path, error.code, delivery.action);
                Ok(answer.with("responseContent", delivery.content).reply())
            }
            Err(error) => Refusal::from(error).outcome(call, &service.settings, usual_action),
        }
    }
}

/// There is nobody to tell but the caller.
impl<T: Into<Refusal>> From<T> for Refused {
    fn from(refusal: T) -> Self {
        Self {
            refusal: Box::new(refusal.into()),
            destination: None,
        }
    }
}
