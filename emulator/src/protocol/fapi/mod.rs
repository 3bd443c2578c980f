//! The FAPI profiles: which of them apply to a request, and their rules, one file per place where they are checked.

mod authorization_request;
mod backchannel_request;
mod client_authentication;
mod jwt_algorithms;
mod profiles;
mod request_object;
mod scopes_of_request;
mod token_request;

pub use authorization_request::{AUTHORIZATION_CODE, FapiRequest};
pub use backchannel_request::{check_backchannel_request, check_backchannel_request_is_signed};
pub use client_authentication::{ClientAuthentication, check_client_authentication};
pub use jwt_algorithms::{check_id_token, check_userinfo};
pub use profiles::Profiles;
pub use token_request::check_token_request;
