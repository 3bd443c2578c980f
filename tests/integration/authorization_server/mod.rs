//! The module `authlete::server`, for authorization servers.

mod claims;
mod request_credentials;
mod responses;
