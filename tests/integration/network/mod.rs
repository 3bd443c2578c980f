//! Connections on an unreliable network.

mod idle;
mod lookups;
#[cfg(target_os = "linux")]
mod vanishing;
