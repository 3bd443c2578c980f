//! A second start in the same directory.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A server that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command(directory: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_openid-provider"));
    command.env_clear().current_dir(directory.path());
    command.env("OPENID_PROVIDER_LISTEN", "127.0.0.1:0");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn second_start_in_a_directory_fails_with_an_error_that_names_the_first() {
    let directory = TempDir::new().unwrap();
    let mut first = Running(command(&directory).spawn().unwrap());
    let lines = BufReader::new(first.0.stdout.take().unwrap()).lines();
    let mut lines = lines.map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("Open the demo app: ")));

    let second = command(&directory).output().unwrap();
    let error = String::from_utf8(second.stderr).unwrap();
    assert!(!second.status.success());
    assert!(error.contains("another openid-provider runs"), "{error}");
    assert!(!error.contains("authlete-emulator"), "{error}");
}
