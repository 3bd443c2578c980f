//! Writes the files that are derived from the description, or compares them.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use authlete_codegen::Description;

use crate::{listing, operations_table, requests};

/// How many differences are shown; a changed enum or endpoint is seen in the first ones.
const SHOWN_DIFFERENCES: usize = 40;

/// A derived file and the text that it should have.
struct Derived {
    file: &'static str,
    text: String,
}

pub fn run(description: &Description, root: &Path, check: bool) -> Result<ExitCode> {
    let mut is_up_to_date = true;
    for derived in derived(description, root)? {
        let path = root.join(derived.file);
        // A new file has no text yet.
        let committed = fs::read_to_string(&path).unwrap_or_default();
        if committed == derived.text {
            continue;
        }
        if check {
            is_up_to_date = false;
            show_differences(derived.file, &committed, &derived.text);
        } else {
            fs::write(&path, &derived.text).with_context(|| path.display().to_string())?;
            println!("{}: written", derived.file);
        }
    }
    if !is_up_to_date {
        println!("to write them: cargo xtask generate");
        return Ok(ExitCode::FAILURE);
    }
    println!("every derived file is up to date");
    Ok(ExitCode::SUCCESS)
}

fn derived(description: &Description, root: &Path) -> Result<Vec<Derived>> {
    let client = authlete_codegen::generate(description)?.client;
    let readme = fs::read_to_string(root.join("README.md")).context("README.md")?;
    Ok(vec![
        Derived {
            file: "README.md",
            text: operations_table::replace_in(&readme, description)?,
        },
        Derived {
            file: "emulator/src/request/types.json",
            text: requests::of(description),
        },
        Derived {
            file: "openapi/public-api.txt",
            text: listing::of(&client),
        },
    ])
}

fn show_differences(file: &str, committed: &str, expected: &str) {
    println!("{file} is not what the description generates:");
    for line in differences(committed, expected).take(SHOWN_DIFFERENCES) {
        println!("{line}");
    }
}

/// Lines that only one side has. Order is left out: a line that moved alone is no news for a reader.
fn differences<'a>(committed: &'a str, expected: &'a str) -> impl Iterator<Item = String> {
    let only = |sign: char, one: &'a str, other: &'a str| {
        let other: HashSet<&str> = other.lines().collect();
        one.lines()
            .filter(move |line| !other.contains(line))
            .map(move |line| format!("{sign} {line}"))
    };
    only('-', committed, expected).chain(only('+', expected, committed))
}
