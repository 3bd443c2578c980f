//! The common parts of authorization servers on Authlete, for any web framework.
//!
//! - [`next`](crate::types::TokenResponse::next) of a response is the complete HTTP response for your client, or the
//!   decision that is left to your server: [`TokenNext`] and its siblings, one for each response with an `action`.
//! - [`RequestCredentials`] has what a client presents in the headers of its request: credentials, access token, DPoP proof,
//!   attestation, certificate.
//! - [`PendingAuthorization`] is an authorization request in progress: it decides between login,
//!   consent, issue and failure, and builds the request for Authlete.
//! - [`Claims`] provides the claims of a user; [`RequestedClaims`] and [`ConsentedClaims`] select those to disclose.
//! - [`error_response`] is the response for a failed call to Authlete, [`oauth_error`] that for an error of your own
//!   endpoint.
//! - [`is_loopback_host`] tells whether an issuer or another URL may be `http` in development.
//!
//! In this module, an *answer* is a response of Authlete to your server, and a *response* one of your server to its client.

mod claims;
mod decision;
mod next;
mod page_id;
mod request_credentials;
mod response;

pub use crate::generated::next::*;
pub use crate::loopback_host::is_loopback_host;
pub use claims::{Claims, ConsentedClaims, RequestedClaims, StandardClaims};
pub use decision::{
    Consent, ConsentRequest, Decision, Interaction, LogIn, LoginReason, PendingAuthorization,
    Session,
};
pub(crate) use next::next;
pub use page_id::page_id;
pub(crate) use request_credentials::request_credentials;
pub use request_credentials::{
    ClientCertificate, ClientCertificateSource, ClientCredentials, PresentedToken,
    RequestCredentials, RequestCredentialsError, TokenScheme,
};
pub(crate) use response::{Challenge, Content, Parts, Plan, respond, server_error};
pub use response::{Response, ResponseBody, error_response, oauth_error};
