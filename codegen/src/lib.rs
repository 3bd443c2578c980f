//! Generates the `authlete` crate's client from the description in `openapi/`.
//!
//! Data flow: [`description`] reads and merges the files into one OpenAPI [`document`], [`check`] checks it, [`prepare`] rewrites
//! constructs that progenitor does not handle well, [`mod@generate`] runs progenitor, and [`refine`] and [`operations`] turn its
//! output into the public types and methods, with additions from the extensions by [`eviction`], [`mod@next`], [`pages`] and
//! [`request_credentials`]. [`probe`] is for the tests.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod check;
mod composition;
pub mod description;
pub mod diagnostic;
pub mod document;
pub mod eviction;
pub mod generate;
pub mod next;
pub mod operations;
mod order;
pub mod pages;
pub mod prepare;
pub mod probe;
pub mod refine;
pub mod request_credentials;

pub use description::Description;
pub use diagnostic::{Diagnostic, Diagnostics};
pub use generate::{Generated, generate, unrefined};

/// The source text of a generated file.
pub fn source(file: &syn::File) -> String {
    prettyplease::unparse(file)
}
