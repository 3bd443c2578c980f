//! The public Rust API of each published crate, one line per item, for review.

mod rustdoc;

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context as _, Result};

pub use rustdoc::as_rustdoc;

/// The listing of each published crate, with all features, by the path of its file.
pub fn listings(root: &Path) -> Result<Vec<(String, String)>> {
    let documents = rustdoc::documents(root)?;
    let listings = documents.iter().map(|(package, document)| {
        let file = format!("docs/public-api/{package}.txt");
        Ok((file, listing(document)?))
    });
    listings.collect()
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
