#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod authorization_headers;
#[cfg(feature = "introspection-cache")]
mod cached_introspection;
mod call_settings;
mod client;
mod client_identifier;
mod config;
mod context;
mod deserialize;
#[cfg(test)]
mod documented_defaults;
#[cfg(feature = "dpop")]
mod dpop;
#[cfg(not(feature = "dpop"))]
#[path = "dpop/disabled.rs"]
mod dpop;
mod error;
pub mod guide;
mod http_client;
#[cfg(feature = "introspection-cache")]
mod introspection_cache;
mod json_object;
mod json_path;
mod loopback_host;
mod open_enum;
mod operation;
mod pages;
mod rate_limit;
mod resolver;
mod response_headers;
mod result_code;
mod retry;
mod secret;
pub mod server;
mod setters;
mod standard_scope;
mod throttle;
mod tls;
mod transport;
mod url_path;
mod warm_up;

/// The code that `build.rs` generates from `openapi/`.
mod generated {
    include!(concat!(env!("OUT_DIR"), "/client.rs"));
}

pub use client::{Authlete, AuthleteBuilder};
pub use client_identifier::ClientIdentifier;
pub use config::{Config, ConfigError, Setting};
pub(crate) use deserialize::impl_deserialize;
pub use error::{
    ApiError, DecodeError, Error, ErrorKind, Result, TransportCause, TransportErrorKind,
    UnexpectedBodyError,
};
pub use generated::{operations, types};
pub use http_client::http_client_builder;
#[cfg(feature = "introspection-cache")]
pub use introspection_cache::{IntrospectionCache, introspection_store};
pub use json_object::JsonObject;
pub(crate) use open_enum::open_enum;
pub use operation::{ApiRoot, ApiVersion, CredentialKind, Operation, Route};
pub use pages::ListRequest;
pub use rate_limit::RateLimit;
pub use response_headers::ResponseHeaders;
pub use retry::RetryPolicy;
pub use secret::Secret;
pub(crate) use setters::setters;
pub use standard_scope::StandardScope;
pub use throttle::{CircuitBreakerPolicy, RateLimiterPolicy};
pub(crate) use transport::impl_from_response;
