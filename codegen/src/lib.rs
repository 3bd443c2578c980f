//! Generates the `authlete` crate's client from the description in `openapi/`.
//!
//! Data flow: [`description`] reads and merges the files into one OpenAPI [`document`], [`check`] checks it, [`prepare`] rewrites
//! constructs that progenitor does not handle well, `generate` runs progenitor, and `refine` and [`operations`] turn its
//! output into the public types and methods, with additions from the extensions by `eviction`, `next`, `pages` and
//! `request_credentials`. `probe` is for the tests.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod check;
mod composition;
pub mod description;
mod diagnostic;
pub mod document;
mod eviction;
mod generate;
mod next;
pub mod operations;
mod order;
mod pages;
pub mod prepare;
mod probe;
mod refine;
mod request_credentials;
mod syn_attributes;
mod syn_types;

pub use description::Description;
pub use diagnostic::{Diagnostic, Diagnostics};
pub use generate::{Generated, generate, unrefined};

/// The source text of a generated file.
pub fn source(file: &syn::File) -> String {
    prettyplease::unparse(file)
}
