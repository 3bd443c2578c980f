//! Whether the description is sound, the public API is the one that is committed, and the README lists it.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use authlete_codegen::Description;

use crate::listing;

/// How many differences are shown; a changed enum or endpoint is seen in the first ones.
const SHOWN_DIFFERENCES: usize = 40;

pub fn run(description: &Description, root: &Path, bless: bool) -> Result<ExitCode> {
    let listing_file = &root.join("openapi/public-api.txt");
    let generated = authlete_codegen::generate(description)?.client;
    let actual = listing::of(&generated);
    if bless {
        fs::write(listing_file, &actual).with_context(|| listing_file.display().to_string())?;
    }
    let committed =
        fs::read_to_string(listing_file).with_context(|| listing_file.display().to_string())?;
    let operations = description.operations().count();
    let schemas = description.schemas().len();
    let readme = root.join("README.md");
    let text = fs::read_to_string(&readme).with_context(|| readme.display().to_string())?;
    let unlisted: Vec<&str> = description
        .operations()
        .map(|entry| entry.id())
        .filter(|id| !text.contains(&format!("`{id}`")))
        .collect();
    if !unlisted.is_empty() {
        println!(
            "{} does not list: {}",
            readme.display(),
            unlisted.join(", ")
        );
        return Ok(ExitCode::FAILURE);
    }
    if committed == actual {
        println!(
            "{} files, {operations} operations, {schemas} schemas: sound",
            description.files().len()
        );
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "the public API is not the one that {} lists:",
        listing_file.display()
    );
    for line in differences(&committed, &actual).take(SHOWN_DIFFERENCES) {
        println!("{line}");
    }
    println!("when that is intended: cargo xtask check --bless, and an entry in CHANGELOG.md");
    Ok(ExitCode::FAILURE)
}

/// Lines that only one side has. Each line of the listing stands for itself, so that order does not matter.
fn differences<'a>(committed: &'a str, actual: &'a str) -> impl Iterator<Item = String> {
    let only = |sign: char, one: &'a str, other: &'a str| {
        let other: std::collections::HashSet<&str> = other.lines().collect();
        one.lines()
            .filter(move |line| !other.contains(line))
            .map(move |line| format!("{sign} {line}"))
    };
    only('-', committed, actual).chain(only('+', actual, committed))
}
