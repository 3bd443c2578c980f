//! Writes or compares the files that are derived from the description and the code.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use authlete_codegen::Description;

use crate::{
    faults, features_table, operations_table, public_api, requests, rust_version, settings_table,
};

/// The maximum number of differences shown.
const SHOWN_DIFFERENCES: usize = 40;

const PROVIDER_README: &str = "openid-provider/README.md";

/// A derived file and its expected text.
struct Derived {
    file: String,
    text: String,
}

pub fn run(
    description: &Description,
    root: &Path,
    check: bool,
    with_faults: bool,
) -> Result<ExitCode> {
    authlete_codegen::check::check(description)?;
    let mut is_up_to_date = update(of_description(description, root)?, root, check)?;
    // The listings need a build of the crates, which may fail. The files above are written before.
    is_up_to_date &= update(of_crates(root)?, root, check)?;
    if with_faults {
        faults::update(root, check)?;
    }
    if !is_up_to_date {
        println!("to write them: cargo xtask generate");
        return Ok(ExitCode::FAILURE);
    }
    println!("the derived files are up to date");
    Ok(ExitCode::SUCCESS)
}

/// Writes the files that differ; with `check`, shows the differences instead. Whether all files are up to date then.
fn update(derived: Vec<Derived>, root: &Path, check: bool) -> Result<bool> {
    let mut is_up_to_date = true;
    for Derived { file, text } in derived {
        let path = root.join(&file);
        // A new file does not exist yet.
        let committed = fs::read_to_string(&path).unwrap_or_default();
        if committed == text {
            continue;
        }
        if check {
            is_up_to_date = false;
            println!("{file} is out of date:");
            for line in differences(&committed, &text).take(SHOWN_DIFFERENCES) {
                println!("{line}");
            }
        } else {
            fs::write(&path, text).with_context(|| file.clone())?;
            println!("{file}: written");
        }
    }
    Ok(is_up_to_date)
}

/// The files that derive from the description, from Cargo.toml and from the settings.
fn of_description(description: &Description, root: &Path) -> Result<Vec<Derived>> {
    let readme = fs::read_to_string(root.join("README.md")).context("README.md")?;
    let readme = operations_table::replace_in(&readme, description)?;
    let readme = features_table::replace_in(&readme, root)?;
    let readme = settings_table::replace_in(&readme, root)?;
    let readme = rust_version::replace_in(&readme, root)?;
    let provider = fs::read_to_string(root.join(PROVIDER_README)).context(PROVIDER_README)?;
    Ok(vec![
        Derived {
            file: "README.md".to_owned(),
            text: readme,
        },
        Derived {
            file: PROVIDER_README.to_owned(),
            text: rust_version::replace_in(&provider, root).context(PROVIDER_README)?,
        },
        Derived {
            file: "emulator/src/request/types.json".to_owned(),
            text: requests::of(description),
        },
    ])
}

/// The files that derive from the crates, including generated code.
fn of_crates(root: &Path) -> Result<Vec<Derived>> {
    let listings = public_api::listings(root)?.into_iter();
    Ok(listings
        .map(|(file, text)| Derived { file, text })
        .collect())
}

/// Lines that only one side has. The order of lines is ignored.
fn differences<'a>(committed: &'a str, expected: &'a str) -> impl Iterator<Item = String> {
    let only = |sign: char, one: &'a str, other: &'a str| {
        let other: HashSet<&str> = other.lines().collect();
        one.lines()
            .filter(move |line| !other.contains(line))
            .map(move |line| format!("{sign} {line}"))
    };
    only('-', committed, expected).chain(only('+', expected, committed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_follow_from_the_description_are_up_to_date() {
        let root = crate::workspace_root();
        let description = Description::load(&root.join("openapi")).unwrap();
        for Derived { file, text } in of_description(&description, root).unwrap() {
            let committed = fs::read_to_string(root.join(&file)).unwrap();
            assert!(committed == text, "{file}: cargo xtask generate");
        }
    }

    #[test]
    fn differences_are_the_lines_that_one_side_has_alone() {
        let found: Vec<String> = differences("a\nb\nc\n", "c\nb\nd\n").collect();
        assert_eq!(found, ["- a", "+ d"]);
    }
}
