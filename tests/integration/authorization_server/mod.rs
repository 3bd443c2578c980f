//! The module `authlete::server`, for authorization servers.

mod claims;
mod presented;
mod responses;
