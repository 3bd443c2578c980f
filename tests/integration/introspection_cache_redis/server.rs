//! A Redis process for one test.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands as _, FromRedisValue};
use tempfile::TempDir;

pub struct Redis {
    port: u16,
    process: Child,
    arguments: Vec<String>,
    directory: TempDir,
}

impl Redis {
    /// Returns `None` if Redis is not installed and not required.
    pub async fn start() -> Option<Self> {
        Self::start_with(&[]).await
    }

    /// Starts with settings such as `--timeout 1`. Persistence is off by default.
    pub async fn start_with(settings: &[&str]) -> Option<Self> {
        let is_installed = Command::new("redis-server")
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !is_installed {
            let is_required =
                std::env::var("AUTHLETE_REDIS_TESTS").is_ok_and(|tests| tests == "required");
            let help = "no redis-server in PATH: on Debian, apt-get install redis-server";
            assert!(!is_required, "{help}");
            // Not `eprintln!`, whose output the test harness captures.
            let _ = writeln!(std::io::stderr(), "SKIPPED: {help}");
            return None;
        }
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let directory = TempDir::new().unwrap();
        let arguments = settings.iter().copied().map(str::to_owned).collect();
        let process = spawn(port, &arguments, directory.path());
        let redis = Self {
            port,
            process,
            arguments,
            directory,
        };
        redis.connect().await;
        Some(redis)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Connects, and waits until the server listens.
    pub async fn connect(&self) -> MultiplexedConnection {
        let client = redis::Client::open(self.url()).unwrap();
        for _ in 0..200 {
            if let Ok(connection) = client.get_multiplexed_async_connection().await {
                return connection;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("redis-server does not listen");
    }

    pub async fn keys(&self) -> Vec<String> {
        self.connect().await.keys("*").await.unwrap()
    }

    /// The generations by key.
    pub async fn generations(&self) -> BTreeMap<String, String> {
        let mut connection = self.connect().await;
        let mut generations = BTreeMap::new();
        for key in self.keys().await {
            if key.contains(":generation:") {
                let value: Option<String> = connection.get(&key).await.unwrap();
                generations.extend(value.map(|value| (key, value)));
            }
        }
        generations
    }

    /// Runs a command on a new connection.
    pub async fn command<T: FromRedisValue>(&self, command: &str) -> T {
        run(&mut self.connect().await, command).await
    }

    /// Waits until the output of `INFO` has this line.
    pub async fn wait_for_info(&self, line: &str) {
        for _ in 0..200 {
            let info: String = self.command("INFO").await;
            if info.lines().any(|other| other == line) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("Redis does not say {line}");
    }

    pub fn signal(&self, signal: &str) {
        let process = self.process.id().to_string();
        let status = Command::new("kill").args([signal, &process]).status();
        assert!(status.unwrap().success());
    }

    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Restarts with the saved data.
    pub async fn restart(&mut self) {
        self.kill();
        self.process = spawn(self.port, &self.arguments, self.directory.path());
        self.connect().await;
    }
}

/// Runs a command whose arguments contain no spaces.
pub async fn run<T: FromRedisValue>(connection: &mut MultiplexedConnection, command: &str) -> T {
    let mut words = command.split(' ');
    let mut command = redis::cmd(words.next().unwrap());
    for word in words {
        command.arg(word);
    }
    command.query_async(connection).await.unwrap()
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(port: u16, arguments: &Vec<String>, directory: &Path) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no"])
        .args(arguments)
        .current_dir(directory)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}
