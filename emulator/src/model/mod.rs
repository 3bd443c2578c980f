//! Parts of client requests, which the state can store.

pub mod authorization_details;
mod code_challenge;
mod dynamic_scope;
mod error_details;
mod parameters;
mod polling;
pub mod user_code;

pub use code_challenge::CodeChallenge;
pub use dynamic_scope::DynamicScope;
pub use error_details::ErrorDetails;
pub use parameters::{Parameters, ParametersError};
pub use polling::{BACKCHANNEL, DEVICE_FLOW, Polling};
