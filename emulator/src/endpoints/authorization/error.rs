//! Rejected authorization requests.

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::protocol::authorization_response::Destination;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::{Refusal, usual_action};
use crate::store::Service;

/// Why a request is rejected, and where the client can receive the error.
#[derive(Debug)]
pub struct AuthorizationError {
    pub refusal: Box<Refusal>,
    pub destination: Option<Destination>,
}

impl AuthorizationError {
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
    pub fn deliver(self, call: &Call, service: &Service) -> Result<ApiResponse, Refusal> {
        let (error, destination) = match (*self.refusal, self.destination) {
            (Refusal::Client(error), Some(destination)) => (error, destination),
            (refusal, _) => return Err(refusal),
        };
        let parameters = error.parameters(&service.settings);
        let delivery = destination.deliver(service, parameters, call.now)?;
        let response = ApiResponse::action(call.path, error.code, delivery.action);
        Ok(response.with("responseContent", delivery.content).build())
    }
}

/// An error without a destination goes to the caller.
impl<T: Into<Refusal>> From<T> for AuthorizationError {
    fn from(refusal: T) -> Self {
        Self {
            refusal: Box::new(refusal.into()),
            destination: None,
        }
    }
}
