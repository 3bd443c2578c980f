//! Rejected authorization requests.

use crate::call::Call;
use crate::protocol::authorization_response::Destination;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::{Refusal, usual_action};
use crate::reply::{Outcome, Reply};
use crate::store::Service;

/// Why a request is rejected, and where the client can receive the error.
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

    /// The error response (RFC 6749 §4.1.2.1): a redirect or, if the browser must not be redirected, a direct response.
    pub fn outcome(self, call: &Call, service: &Service) -> Outcome {
        let delivered = self.deliver(call, service);
        delivered.or_else(|refusal| refusal.outcome(call, &service.settings, usual_action))
    }

    /// The error response for the client. Fails if the client cannot receive the error, or if the response cannot be created,
    /// for example for lack of a key to sign it.
    pub fn deliver(self, call: &Call, service: &Service) -> Result<Reply, Refusal> {
        let (error, destination) = match (*self.refusal, self.destination) {
            (Refusal::Client(error), Some(destination)) => (error, destination),
            (refusal, _) => return Err(refusal),
        };
        let parameters = error.parameters(&service.settings);
        let delivery = destination.deliver(service, parameters, call.now)?;
        let answer = Reply::action(call.path, error.code, delivery.action);
        Ok(answer.with("responseContent", delivery.content).reply())
    }
}

/// An error without a destination goes to the caller.
impl<T: Into<Refusal>> From<T> for Refused {
    fn from(refusal: T) -> Self {
        Self {
            refusal: Box::new(refusal.into()),
            destination: None,
        }
    }
}
