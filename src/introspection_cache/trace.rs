//! The events of the cache: the source of each response, and failures of the store. Without the feature `tracing`, none.

/// The source of a response: `memory` (also a concurrent call) or the name of the store; or the reason for a call to
/// Authlete: a `miss`, or a `bypass` when the response must not be cached.
#[cfg(feature = "tracing")]
pub(crate) fn record_lookup(source: &'static str) {
    tracing::debug!(target: "authlete", { authlete.introspection_cache = source }, "introspection cache lookup");
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn record_lookup(_: &'static str) {}

/// `reason` is the class of the error, and contains no key or value.
#[cfg(feature = "tracing")]
pub(super) fn store_failed(reason: &str) {
    tracing::debug!(target: "authlete", { error.type = reason }, "introspection store failed");
}

/// Once, until the store recovers.
#[cfg(feature = "tracing")]
pub(super) fn store_unavailable(reason: &str) {
    tracing::warn!(
        target: "authlete",
        { error.type = reason },
        "the introspection store is unavailable, introspection goes to Authlete"
    );
}

#[cfg(feature = "tracing")]
pub(super) fn store_recovered() {
    tracing::debug!(target: "authlete", "the introspection store is available again");
}

/// A call that revokes or changes tokens returned or was dropped, but other instances may still find the old responses.
#[cfg(feature = "tracing")]
pub(super) fn not_written(operation: &'static str, reason: &str) {
    tracing::warn!(
        target: "authlete",
        { authlete.operation = operation, error.type = reason },
        "revocation not written to the introspection store, will be retried"
    );
}

/// Other instances may have used the old responses until these expired.
#[cfg(feature = "tracing")]
pub(super) fn never_written(operation: &'static str, reason: &str) {
    tracing::warn!(
        target: "authlete",
        { authlete.operation = operation, error.type = reason },
        "revocation was never written to the introspection store"
    );
}

/// After [`not_written`].
#[cfg(feature = "tracing")]
pub(super) fn written_late(operation: &'static str) {
    tracing::debug!(
        target: "authlete",
        { authlete.operation = operation },
        "revocation written to the introspection store"
    );
}

#[cfg(not(feature = "tracing"))]
mod silent {
    pub fn store_failed(_: &str) {}
    pub fn store_unavailable(_: &str) {}
    pub fn store_recovered() {}
    pub fn not_written(_: &'static str, _: &str) {}
    pub fn never_written(_: &'static str, _: &str) {}
    pub fn written_late(_: &'static str) {}
}

#[cfg(not(feature = "tracing"))]
pub(super) use silent::*;
