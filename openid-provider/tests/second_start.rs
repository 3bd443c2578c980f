//! A second start in the same directory.

use std::io::{BufRead as _, BufReader, Read as _};
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

    let mut second = Running(command(&directory).spawn().unwrap());
    // A server that starts prints its addresses, and would run forever.
    let printed = second.0.stdout.as_mut().unwrap().read(&mut [0]);
    assert_eq!(printed.unwrap(), 0, "it started");
    let mut error = String::new();
    let stderr = second.0.stderr.as_mut().unwrap();
    stderr.read_to_string(&mut error).unwrap();
    assert!(!second.0.wait().unwrap().success());
    assert!(error.contains("another openid-provider runs"), "{error}");
    assert!(!error.contains("authlete-emulator"), "{error}");
}
