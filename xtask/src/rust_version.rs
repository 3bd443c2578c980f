//! The minimum supported Rust version in Markdown files: `rust-version` of Cargo.toml.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

/// The texts before the version.
const PREFIXES: [&str; 2] = ["You need Rust ", "minimum supported Rust version is "];

/// The text of a file with the version of Cargo.toml in each place that names it.
pub fn replace_in(text: &str, root: &Path) -> Result<String> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).context("Cargo.toml")?;
    replace(text, version(&manifest)?)
}

fn version(manifest: &str) -> Result<&str> {
    let mut lines = manifest.lines();
    lines
        .find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"'))
        .context("Cargo.toml has no rust-version")
}

fn replace(text: &str, version: &str) -> Result<String> {
    let mut replaced = text.to_owned();
    let mut is_named = false;
    for prefix in PREFIXES {
        let mut parts = replaced.split(prefix);
        let mut result = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            is_named = true;
            result += prefix;
            result += version;
            result += &part[version_length(part)..];
        }
        replaced = result;
    }
    ensure!(
        is_named,
        "the file does not have one of the texts {PREFIXES:?}"
    );
    Ok(replaced)
}

/// The length of the version at the beginning. A full stop after it belongs to the sentence.
fn version_length(text: &str) -> usize {
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.');
    text[..end.unwrap_or(text.len())]
        .trim_end_matches('.')
        .len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_replaced_in_every_place() {
        let text = "You need Rust 1.80 or later. The minimum supported Rust version is 1.80.1. Python 3.12.";
        let expected =
            "You need Rust 1.90 or later. The minimum supported Rust version is 1.90. Python 3.12.";
        assert_eq!(replace(text, "1.90").unwrap(), expected);
        assert_eq!(replace(expected, "1.90").unwrap(), expected);
    }

    #[test]
    fn file_that_names_no_version_is_an_error() {
        let error = replace("Install Rust.", "1.90").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the file does not have one of the texts")
        );
    }

    #[test]
    fn version_is_that_of_the_manifest() {
        let manifest = "[workspace.package]\nedition = \"2024\"\nrust-version = \"1.90\"\n";
        assert_eq!(version(manifest).unwrap(), "1.90");
        assert!(version("[package]\nrust-version.workspace = true\n").is_err());
    }
}
