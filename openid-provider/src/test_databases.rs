//! Databases for tests: SQLite, and PostgreSQL where it is installed.

use std::env;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::{AnyPool, Connection as _};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::database;

/// An empty database, with its tables.
pub struct Database {
    pub pool: AnyPool,
    _directory: TempDir,
}

/// A database of each kind.
pub async fn databases() -> Vec<Database> {
    let directory = TempDir::new().unwrap();
    let url = format!(
        "sqlite:{}?mode=rwc",
        directory.path().join("test.db").display()
    );
    let mut urls = vec![(directory, url)];
    if let Some(server) = SERVER.get_or_init(start_postgres).await {
        urls.push((TempDir::new().unwrap(), new_database(&server.url).await));
    }
    let mut databases = Vec::new();
    for (directory, url) in urls {
        let pool = database::open(&url).await.unwrap();
        // Opening it again changes nothing.
        let again = database::open(&url).await.unwrap();
        again.close().await;
        databases.push(Database {
            pool,
            _directory: directory,
        });
    }
    databases
}

struct Server {
    /// Without a database.
    url: String,
    _process: Child,
}

/// One server for all tests. It stops with the process, see below.
static SERVER: OnceCell<Option<Server>> = OnceCell::const_new();
static DATABASES: AtomicUsize = AtomicUsize::new(0);

async fn new_database(server: &str) -> String {
    sqlx::any::install_default_drivers();
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut connection = sqlx::AnyConnection::connect(&format!("{server}/postgres"))
        .await
        .unwrap();
    let sql = format!("CREATE DATABASE {name}");
    sqlx::query(&sql).execute(&mut connection).await.unwrap();
    format!("{server}/{name}")
}

/// Says that PostgreSQL is missing. Fails if it is required.
fn skip() {
    let required = env::var("OPENID_PROVIDER_POSTGRES_TESTS");
    let required = required.is_ok_and(|tests| tests == "required");
    let help = "PostgreSQL is not installed: on Debian, apt-get install postgresql";
    assert!(!required, "{help}");
    // The test harness captures the output of macros.
    let _ = writeln!(io::stderr(), "SKIPPED: {help}");
}

/// Starts a server and waits until it answers. `None` where PostgreSQL is neither installed nor required.
async fn start_postgres() -> Option<Server> {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    // It stops when this process ends, which closes its standard input.
    let script = r#"
        binaries=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)
        [ -n "$binaries" ] || { echo missing; exit; }
        place=$(mktemp -d)
        as=
        if [ "$(id -u)" = 0 ]; then chown postgres "$place"; as="runuser -u postgres --"; fi
        $as "$binaries/initdb" -D "$place/data" -U postgres -A trust -E UTF8 -N >/dev/null 2>&1 || { echo failed; exit; }
        $as "$binaries/postgres" -D "$place/data" -p "$1" -k "$place" -h 127.0.0.1 -F 2>&1 &
        read -r _
        exec 2>/dev/null
        kill $!
        wait $!
        rm -r "$place"
    "#;
    let child = Command::new("sh")
        .args(["-c", script, "sh", &port.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    // Windows may have no `sh`.
    let Ok(mut child) = child else {
        skip();
        return None;
    };
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let outcome = lines.by_ref().map_while(Result::ok).find(|line| {
        line.contains("ready to accept connections") || line == "missing" || line == "failed"
    });
    let is_ready = outcome
        .as_deref()
        .is_some_and(|line| line.contains("ready"));
    if !is_ready {
        skip();
        let _ = child.wait();
        return None;
    }
    // So that its output does not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    Some(Server {
        url: format!("postgres://postgres@127.0.0.1:{port}"),
        _process: child,
    })
}
