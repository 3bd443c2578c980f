//! Spans and events of a call; nothing without the feature `tracing`.

#[cfg(not(feature = "tracing"))]
mod disabled;
#[cfg(feature = "tracing")]
mod spans;

#[cfg(not(feature = "tracing"))]
pub(super) use disabled::AttemptTrace;
#[cfg(not(feature = "tracing"))]
pub(crate) use disabled::CallTrace;
#[cfg(feature = "tracing")]
pub(super) use spans::AttemptTrace;
#[cfg(feature = "tracing")]
pub(crate) use spans::CallTrace;
