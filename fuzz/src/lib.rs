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
