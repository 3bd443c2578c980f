//! Connections on a network that loses them.

mod idle;
#[cfg(target_os = "linux")]
mod vanishing;
