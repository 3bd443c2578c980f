//! Runs the tasks on the command line.

use std::process::{Command, Output};

/// Whether a task succeeded, and its output.
pub fn xtask(arguments: &[&str]) -> (bool, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("xtask runs");
    (
        status.success(),
        String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr),
    )
}
