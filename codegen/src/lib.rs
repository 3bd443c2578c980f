//! Generates the `authlete` crate's client from the description in `openapi/`.
//!
//! The data flow: [`description`] reads and merges the files into one OpenAPI [`document`], [`check`] checks them against the rules,
//! [`prepare`] rewrites what progenitor does not read well, [`mod@generate`] runs progenitor, and [`refine`] and
//! [`operations`] make of its output the types and methods that users see, with what [`eviction`], [`mod@next`], [`pages`] and
//! [`presented`] read from the extensions. [`probe`] is for the tests.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod check;
mod composition;
pub mod description;
pub mod document;
pub mod eviction;
pub mod generate;
pub mod mistake;
pub mod next;
pub mod operations;
mod order;
pub mod pages;
pub mod prepare;
pub mod presented;
pub mod probe;
pub mod refine;

pub use description::Description;
pub use generate::{Generated, generate, unrefined};
pub use mistake::{Mistake, Mistakes};

/// The source text of a generated file.
pub fn source(file: &syn::File) -> String {
    prettyplease::unparse(file)
}
