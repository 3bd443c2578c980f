//! The events of the cache: how often it is of use, and why Redis is not. Without the feature `tracing`, none.

/// Where an answer is from: `memory` of the process, or another caller who was asking for it, or `redis`; or why
/// Authlete is asked: it is a `miss`, or the answer must not be kept, which is a `bypass`.
#[cfg(feature = "tracing")]
pub(crate) fn record_lookup(source: &'static str) {
    tracing::debug!(target: "authlete", { authlete.introspection_cache = source }, "introspection cache lookup");
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn record_lookup(_: &'static str) {}

/// `reason` is the class of the error, and has nothing of a key or a value.
#[cfg(all(feature = "tracing", feature = "introspection-cache-redis"))]
pub(super) fn redis_failed(reason: &str) {
    tracing::debug!(target: "authlete", { error.type = reason }, "redis failed");
}

/// Once, until Redis recovers.
#[cfg(all(feature = "tracing", feature = "introspection-cache-redis"))]
pub(super) fn redis_unavailable(reason: &str) {
    tracing::warn!(
        target: "authlete",
        { error.type = reason },
        "Redis is unavailable, introspection goes to Authlete"
    );
}

#[cfg(all(feature = "tracing", feature = "introspection-cache-redis"))]
pub(super) fn redis_recovered() {
    tracing::debug!(target: "authlete", "Redis is available again");
}

/// A call that revokes or changes tokens has ended, or its caller is gone, and other instances may not know.
#[cfg(all(feature = "tracing", feature = "introspection-cache-redis"))]
pub(super) fn not_written(operation: &'static str, reason: &str) {
    tracing::warn!(
        target: "authlete",
        { authlete.operation = operation, error.type = reason },
        "revocation not written to Redis, will be retried"
    );
}

/// Other instances may have believed old answers until these expired.
#[cfg(all(feature = "tracing", feature = "introspection-cache-redis"))]
pub(super) fn never_written(operation: &'static str, reason: &str) {
    tracing::warn!(
        target: "authlete",
        { authlete.operation = operation, error.type = reason },
        "revocation was never written to Redis"
    );
}

/// After it was reported that it is late.
#[cfg(all(feature = "tracing", feature = "introspection-cache-redis"))]
pub(super) fn written_late(operation: &'static str) {
    tracing::debug!(
        target: "authlete",
        { authlete.operation = operation },
        "revocation written to Redis"
    );
}

#[cfg(all(not(feature = "tracing"), feature = "introspection-cache-redis"))]
mod silent {
    pub fn redis_failed(_: &str) {}
    pub fn redis_unavailable(_: &str) {}
    pub fn redis_recovered() {}
    pub fn not_written(_: &'static str, _: &str) {}
    pub fn never_written(_: &'static str, _: &str) {}
    pub fn written_late(_: &'static str) {}
}

#[cfg(all(not(feature = "tracing"), feature = "introspection-cache-redis"))]
pub(super) use silent::*;
