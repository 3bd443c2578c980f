//! The fuzz targets. For any input, nothing panics, no secret is shown and no data is lost.
//!
//! The crate is safe Rust, and its parsers are fuzzed by their authors, so no sanitizer is used: the targets look for
//! mistakes in the layer above. The tests of the crate run the same code on the seeds.

pub mod answer;
mod arguments;
pub mod configuration;
pub mod endpoint;

#[path = "../../tests/integration/error_chain.rs"]
mod error_chain;
#[path = "../../tests/integration/nulls.rs"]
mod nulls;
#[allow(dead_code)]
#[path = "../../tests/integration/probe.rs"]
mod probe;

/// Whether a server can take the next step with an answer. `None` if the answer has no action.
pub fn is_usable(operation: &str, answer: &str) -> Option<bool> {
    let credentials = authlete::server::RequestCredentials::default();
    let next = probe::next(operation, answer, &credentials)?;
    Some(
        next.is_ok_and(|response| {
            response.is_none_or(|response| !response.status().is_server_error())
        }),
    )
}
