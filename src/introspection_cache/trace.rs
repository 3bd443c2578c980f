//! What the cache tells whoever listens: how often it is of use, and why Redis is not. Without the feature `tracing`,
//! nothing.

/// Where an answer is from: `memory` of the process, or another caller who was asking for it, or `redis`; or why
/// Authlete is asked: it is a `miss`, or the answer must not be kept, which is a `bypass`.
#[cfg(feature = "tracing")]
pub(super) fn looked_up(source: &'static str) {
    tracing::debug!(target: "authlete", { authlete.introspection_cache = source }, "looked up");
}

#[cfg(not(feature = "tracing"))]
pub(super) fn looked_up(_: &'static str) {}

/// `reason` is the class of the error, and has nothing of a key or a value.
#[cfg(all(feature = "tracing", feature = "introspection-cache-redis"))]
pub(super) fn redis_failed(reason: &str) {
    tracing::debug!(target: "authlete", { error.type = reason }, "redis failed");
}

#[cfg(all(not(feature = "tracing"), feature = "introspection-cache-redis"))]
pub(super) fn redis_failed(_: &str) {}
