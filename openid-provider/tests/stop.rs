//! The program ends when a container tells it to.

#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long the program may take to start.
const START: Duration = Duration::from_secs(60);

/// Docker kills after this time.
const END: Duration = Duration::from_secs(10);

/// A server that ends with the test.
struct Running(Child);

impl Running {
    fn start(directory: &TempDir, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_openid-provider"));
        command.env_clear().current_dir(directory.path());
        command.env("OPENID_PROVIDER_LISTEN", "127.0.0.1:0");
        command.envs(variables.iter().copied());
        Self(command.stdout(Stdio::piped()).spawn().unwrap())
    }

    fn terminate(mut self) -> ExitStatus {
        let id = self.0.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.unwrap().success());
        until(END, || self.0.try_wait().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until<T>(patience: Duration, mut ready: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(begin.elapsed() < patience, "nothing after {patience:?}");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn server_that_runs_ends_well_on_sigterm() {
    let directory = TempDir::new().unwrap();
    let mut server = Running::start(&directory, &[]);
    let lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let mut lines = lines.map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("The provider is at ")));
    let status = server.terminate();
    assert!(status.success(), "{status}");
}

/// As process 1 of a container it would otherwise be killed only after [`END`].
#[test]
fn server_that_waits_for_authlete_while_it_starts_ends_well_on_sigterm() {
    let authlete = TcpListener::bind("127.0.0.1:0").unwrap();
    authlete.set_nonblocking(true).unwrap();
    let url = format!("http://{}", authlete.local_addr().unwrap());
    let directory = TempDir::new().unwrap();
    let server = Running::start(
        &directory,
        &[
            ("AUTHLETE_BASE_URL", &url),
            ("AUTHLETE_SERVICE_APIKEY", "1"),
            ("AUTHLETE_SERVICE_ACCESSTOKEN", "token"),
        ],
    );
    // It gets no answer.
    let _connection = until(START, || authlete.accept().ok());
    let status = server.terminate();
    assert!(status.success(), "{status}");
}
