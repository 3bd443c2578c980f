//! What the crate has for the authorization server around it: `authlete::server`.

mod claims;
mod presented;
mod responses;
