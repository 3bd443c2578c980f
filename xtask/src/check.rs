//! Whether the description is sound, the files that are derived from it are up to date, and the README lists its
//! operations.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use authlete_codegen::Description;

use crate::{listing, requests};

/// How many differences are shown; a changed enum or endpoint is seen in the first ones.
const SHOWN_DIFFERENCES: usize = 40;

pub fn run(description: &Description, root: &Path, bless: bool) -> Result<ExitCode> {
    let client = authlete_codegen::generate(description)?.client;
    let derived = [
        ("openapi/public-api.txt", listing::of(&client)),
        ("emulator/src/request/types.json", requests::of(description)),
    ];
    let mut is_sound = lists_operations(description, &root.join("README.md"))?;
    for (file, expected) in &derived {
        is_sound &= is_up_to_date(&root.join(file), expected, bless)?;
    }
    if !is_sound {
        return Ok(ExitCode::FAILURE);
    }
    println!(
        "{} files, {} operations, {} schemas: sound",
        description.files().len(),
        description.operations().count(),
        description.schemas().len()
    );
    Ok(ExitCode::SUCCESS)
}

/// Whether the README names every operation.
fn lists_operations(description: &Description, readme: &Path) -> Result<bool> {
    let text = fs::read_to_string(readme).with_context(|| readme.display().to_string())?;
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
    }
    Ok(unlisted.is_empty())
}

/// Whether a derived file has the text that follows from the description; with `bless` it is written.
fn is_up_to_date(file: &Path, expected: &str, bless: bool) -> Result<bool> {
    if bless {
        fs::write(file, expected).with_context(|| file.display().to_string())?;
    }
    let committed = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    if committed == expected {
        return Ok(true);
    }
    println!("{} is not what the description generates:", file.display());
    for line in differences(&committed, expected).take(SHOWN_DIFFERENCES) {
        println!("{line}");
    }
    println!(
        "if that is intended: cargo xtask check --bless, and an entry in CHANGELOG.md where users see it"
    );
    Ok(false)
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
