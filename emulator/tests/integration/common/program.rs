//! Runs the emulator binary.

use std::io::Read as _;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use authlete::{ApiVersion, Authlete, Config, Setting};
use authlete_emulator::RegisteredClient;
use serde::Deserialize as _;
use serde_json::Value;

/// A running emulator process, which is killed when the test ends or fails.
pub struct Program {
    child: Child,
    stdout: ChildStdout,
    /// The JSON description that it printed at start.
    pub description: Value,
}

impl Program {
    pub fn start(arguments: &[&str]) -> Self {
        Self::run(command(arguments))
    }

    /// Starts the program with a limit on the size of its files, in bytes.
    #[cfg(unix)]
    pub fn start_with_file_limit(bytes: u64, arguments: &[&str]) -> Self {
        let mut command = Command::new("sh");
        // `ulimit -f` counts blocks of 512 bytes. Without the trap, a write over the limit would end the program.
        let script = format!(
            "trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"",
            bytes / 512
        );
        command.args(["-c", &script, env!("CARGO_BIN_EXE_authlete-emulator")]);
        command.args(arguments);
        Self::run(command)
    }

    fn run(mut command: Command) -> Self {
        let mut child = command
            .args(["--output", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let description =
            Value::deserialize(&mut serde_json::Deserializer::from_reader(&mut stdout)).unwrap();
        Self {
            child,
            stdout,
            description,
        }
    }

    pub fn base_url(&self) -> &str {
        self.description["baseUrl"].as_str().unwrap()
    }

    pub fn api(&self, version: ApiVersion) -> Authlete {
        let environment = self.description["environment"][version.to_string()]
            .as_object()
            .unwrap();
        let config = environment
            .iter()
            .fold(Config::new(), |config, (variable, value)| {
                let mut settings = Setting::ALL.iter().copied();
                let setting = settings.find(|setting| setting.environment_variable() == variable);
                config.set(
                    setting.expect("a known variable"),
                    value.as_str().unwrap().to_owned(),
                )
            });
        Authlete::new(config).unwrap()
    }

    /// The first client.
    pub fn client(&self) -> RegisteredClient {
        serde_json::from_value(self.description["clients"][0].clone()).unwrap()
    }

    /// Kills the process, which cannot clean up.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal, such as `TERM`.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Waits for the exit, and returns the status and the rest of the standard output.
    pub fn end(mut self) -> (ExitStatus, String) {
        let status = poll(|| self.child.try_wait().unwrap());
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (status, rest)
    }

    /// Stops the process with SIGTERM.
    #[cfg(unix)]
    pub fn terminate(self) {
        self.signal("TERM");
        assert!(self.end().0.success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_authlete-emulator"));
    command.args(arguments);
    command
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status();
    assert!(status.unwrap().success());
}

/// The standard error of a program that starts and is stopped with SIGTERM.
#[cfg(unix)]
pub fn errors_of_a_run(arguments: &[&str]) -> String {
    let mut command = command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The program prints its environment when it has started.
    let stdout = child.stdout.as_mut().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    signal(&child, "TERM");
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

/// The standard error of a program that fails to start.
pub fn refusal_to_start(arguments: &[&str]) -> String {
    let mut command = command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that starts prints its environment, and would run forever.
    let starts = child.stdout.as_mut().unwrap().read(&mut [0]).unwrap() > 0;
    if starts {
        child.kill().unwrap();
    }
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    assert!(!starts && !status.success(), "{arguments:?}");
    let words = String::from_utf8(stderr).unwrap();
    assert!(!words.contains("Os {"), "{words}");
    words
}

/// Calls `ask` until it returns a value, for at most 60 seconds.
pub fn poll<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "no answer");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The asynchronous [`poll`]: waits until `ask` returns true.
pub async fn poll_async(mut ask: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !ask().await {
        assert!(start.elapsed() < Duration::from_secs(60), "no answer");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
