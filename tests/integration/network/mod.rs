//! Connections on a network that loses them.

mod idle;
mod lookups;
#[cfg(target_os = "linux")]
mod vanishing;
