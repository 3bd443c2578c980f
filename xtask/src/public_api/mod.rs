//! The public Rust API of each published crate, one line per item, for review.

mod rustdoc;

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context as _, Result};

pub use rustdoc::as_rustdoc;

/// The published crates, and the file with the API of each.
pub const LISTINGS: [(&str, &str); 4] = [
    ("authlete", "docs/public-api/authlete.txt"),
    ("authlete-axum", "docs/public-api/authlete-axum.txt"),
    ("authlete-codegen", "docs/public-api/authlete-codegen.txt"),
    ("authlete-emulator", "docs/public-api/authlete-emulator.txt"),
];

/// The listings, with all features, in the order of [`LISTINGS`].
pub fn listings(root: &Path) -> Result<Vec<String>> {
    let packages = LISTINGS.map(|(package, _)| package);
    let documents = rustdoc::documents(root, &packages)?;
    documents.iter().map(|document| listing(document)).collect()
}

fn listing(document: &Path) -> Result<String> {
    let items = |with_derived: bool| -> Result<Vec<String>> {
        let api = public_api::Builder::from_rustdoc_json(document)
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .omit_auto_derived_impls(!with_derived)
            .build()
            .with_context(|| document.display().to_string())?;
        Ok(api.items().map(ToString::to_string).collect())
    };
    Ok(without_derived_members(items(true)?, items(false)?))
}

/// Drops the members of derived implementations, which are known.
fn without_derived_members(all: Vec<String>, written: Vec<String>) -> String {
    let written: HashSet<String> = written.into_iter().collect();
    // Only for the compiler.
    let is_internal = |line: &str| line.contains(" core::marker::StructuralPartialEq for ");
    let lines = all.into_iter().filter(|line| {
        let is_impl = line.starts_with("impl");
        written.contains(line) || is_impl && !is_internal(line)
    });
    lines.map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_impls_are_listed_without_their_members() {
        let lines = |lines: &[&str]| lines.iter().map(ToString::to_string).collect();
        let written = [
            "pub struct a::B",
            "impl core::fmt::Display for a::B",
            "pub fn a::B::fmt(&self)",
        ];
        let derived = [
            "impl core::clone::Clone for a::B",
            "pub fn a::B::clone(&self) -> Self",
            "impl core::marker::StructuralPartialEq for a::B",
        ];
        assert_eq!(
            without_derived_members(lines(&[written, derived].concat()), lines(&written)),
            "pub struct a::B\n\
             impl core::fmt::Display for a::B\n\
             pub fn a::B::fmt(&self)\n\
             impl core::clone::Clone for a::B\n"
        );
    }
}
