//! The table of faults in the documentation of `authlete::Error`. A test produces each fault, and compares or writes the table.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

/// The table has rows with and without this feature.
const FEATURE: &str = "gzip";

/// Writes the table; with `check`, compares it. Whether it is up to date then.
pub fn update(root: &Path, check: bool) -> Result<bool> {
    let mut is_up_to_date = true;
    for features in [FEATURE, ""] {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["test", "--quiet", "--package", "authlete"])
            .args(["--features", features, "--test", "integration"])
            .arg("hostile::suite::each_fault")
            .current_dir(root);
        if !check {
            cargo.env("AUTHLETE_WRITE_FAULTS", "yes");
        }
        is_up_to_date &= cargo.status().context("cargo")?.success();
    }
    Ok(is_up_to_date)
}
