//! What every authorization server on Authlete writes the same, without a web framework.
//!
//! - [`next`](crate::types::TokenResponse::next) of an answer is the complete HTTP response, or what is left for your
//!   server to decide: [`TokenNext`] and its siblings, one for each answer that has an `action`.
//! - [`Presented`] is what a client presents in the headers of its request: credentials, access token, DPoP proof,
//!   attestation, certificate.
//! - [`PendingAuthorization`] is an authorization request that waits for its user: it decides whether to ask for a login or
//!   for consent, to issue or to fail, and makes the request for Authlete.
//! - [`Claims`] answers the claims of a user; [`RequestedClaims`] and [`ConsentedClaims`] choose which of them go out.
//! - [`error_response`] is the response for a call of Authlete that failed.

mod claims;
mod decision;
mod next;
mod presented;
mod response;

pub use crate::generated::next::*;
pub use claims::{Claims, ConsentedClaims, RequestedClaims, StandardClaims};
pub use decision::{
    Consent, ConsentRequest, Decision, Interaction, LogIn, LoginReason, PendingAuthorization,
    Session,
};
pub(crate) use next::next;
pub(crate) use presented::presented;
pub use presented::{
    ClientCertificate, ClientCertificateSource, ClientCredentials, Presented, PresentedError,
    PresentedToken, TokenScheme,
};
pub(crate) use response::{Challenge, Content, Parts, Plan, respond, server_error};
pub use response::{Response, ResponseBody, error_response};
