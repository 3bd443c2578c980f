//! Fuzz targets: whatever comes in, nothing panics, and no secret shows in an error.
//!
//! They run with the other tests, each on as many cases as `PROPTEST_CASES` says (256 by default), and so on every
//! toolchain. The cases are mutations of what is right, because text that is nothing like it is refused at once. In safe
//! Rust, with parsers that are fuzzed where they are made, there is nothing in memory for a sanitizer to find: what is
//! looked for are panics and leaks in the layer above them.

mod configuration;
mod decoding;
mod mutation;

use std::fmt::Debug;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};

/// Runs a target on cases; the first that fails is made small and shown.
fn fuzz<S: Strategy<Value: Debug>>(cases: S, target: impl Fn(S::Value) -> TestCaseResult) {
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&cases, target)
        .unwrap_or_else(|failure| panic!("{failure}"));
}
