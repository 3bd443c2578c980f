//! Tests as child processes, because all tests of a process share its environment.

use std::process::Command;

/// A child process that runs one test.
pub fn test(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name]);
    command
}

/// Runs the child process, and asserts that its test passes.
pub async fn assert_passes(mut test: Command) {
    let output = tokio::task::spawn_blocking(move || test.output()).await;
    let output = output.unwrap().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}"
    );
}
