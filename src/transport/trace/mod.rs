//! What a call tells whoever listens: spans and events, or nothing without the feature `tracing`.

#[cfg(not(feature = "tracing"))]
mod silent;
#[cfg(feature = "tracing")]
mod spans;

#[cfg(not(feature = "tracing"))]
pub(super) use silent::{AttemptTrace, CallTrace};
#[cfg(feature = "tracing")]
pub(super) use spans::{AttemptTrace, CallTrace};
