//! Whether the description is sound, and the public API is the one that is committed.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use authlete_codegen::Description;

use crate::listing;

/// How many differences are shown; a changed enum or endpoint is seen in the first ones.
const SHOWN_DIFFERENCES: usize = 40;

pub fn run(description: &Description, listing_file: &Path, bless: bool) -> Result<ExitCode> {
    let generated = authlete_codegen::generate(description)?.client;
    let actual = listing::of(&generated);
    if bless {
        fs::write(listing_file, &actual).with_context(|| listing_file.display().to_string())?;
    }
    let committed =
        fs::read_to_string(listing_file).with_context(|| listing_file.display().to_string())?;
    let operations = description.operations().count();
    let schemas = description.schemas().len();
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
