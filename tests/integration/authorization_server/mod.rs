//! What the crate has for the authorization server around it: `authlete::server`.

mod presented;
mod responses;
