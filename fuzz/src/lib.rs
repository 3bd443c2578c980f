//! What the fuzz targets do with an input: whatever it is, nothing panics, no secret shows, and nothing is lost.
//!
//! In safe Rust, with parsers that are fuzzed where they are made, there is nothing in memory for a sanitizer to find:
//! what is looked for are mistakes in the layer above them. The tests of the crate do the same with the seeds.

pub mod answer;
mod arguments;
pub mod configuration;
pub mod endpoint;

#[path = "../../tests/integration/nulls.rs"]
mod nulls;
#[allow(dead_code)]
#[path = "../../tests/integration/probe.rs"]
mod probe;
#[path = "../../tests/integration/error_chain.rs"]
mod error_chain;
