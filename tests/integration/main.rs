//! Tests of the crate over real HTTP, through its public surface.

mod arguments;
mod authority;
mod authorization_server;
mod calls;
mod cancellation;
mod child_process;
mod circuit_breaker;
mod configuration;
mod decision;
mod description;
#[cfg(feature = "dpop")]
mod dpop;
mod enums;
mod error_chain;
mod errors;
mod facts;
mod flows;
mod forward_compatibility;
mod fuzz;
#[cfg(feature = "introspection-cache")]
mod gate;
mod handles;
mod hostile;
#[cfg(feature = "introspection-cache")]
mod introspection_cache;
#[cfg(feature = "introspection-cache-redis")]
mod introspection_cache_redis;
#[cfg(feature = "introspection-cache")]
mod introspection_cache_store;
mod json_forms;
mod lists;
mod network;
mod nulls;
mod organization;
mod probe;
mod proxies;
mod rate_limiter;
mod raw_server;
#[cfg(feature = "tracing")]
mod recorder;
mod redaction;
mod request_forms;
mod retries;
#[cfg(feature = "schemars")]
mod schemas;
mod server;
#[cfg(any(feature = "native-tls", feature = "rustls-no-provider"))]
mod tls;
mod tls_server;
#[cfg(feature = "tracing")]
mod traces;
mod transport;
mod update;
mod wire;
