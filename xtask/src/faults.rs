//! The table of faults in the documentation of `authlete::Error`. A test produces each fault, and compares or writes the table.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

const TEST: &str = "hostile::suite::each_fault_has_the_documented_result";

/// The table has rows with and without this feature.
const FEATURE: &str = "gzip";

/// Writes the table; with `check`, compares it.
///
/// # Errors
/// The test failed. The error has its output.
pub fn update(root: &Path, check: bool) -> Result<()> {
    for features in [FEATURE, ""] {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["test", "--package", "authlete", "--features", features])
            .args(["--test", "integration", TEST])
            .current_dir(root);
        if !check {
            cargo.env("AUTHLETE_WRITE_FAULTS", "yes");
        }
        let output = cargo.output().context("cargo")?;
        let report = String::from_utf8_lossy(&output.stdout);
        ensure!(
            output.status.success() && report.contains("1 passed"),
            "{TEST} failed:\n{report}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}
