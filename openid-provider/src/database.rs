//! The database: a SQLite file, or PostgreSQL for several instances.
//!
//! All SQL is the same for both. To use another database, change this file and the queries of `users`, `sessions`, `consents`,
//! `flows`, `requests` and `device_requests`.

use std::time::Duration;

use anyhow::{Context as _, Result};
use sqlx::AnyPool;
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::migrate::Migrator;

use crate::migrations::Migrations;

/// How long a request waits for a connection before it fails with 503.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the database and runs the migrations.
///
/// # Errors
/// The database cannot be reached, or a later version has migrated it.
pub async fn open(url: &str) -> Result<AnyPool> {
    install_default_drivers();
    let is_sqlite = url.starts_with("sqlite:");
    keep_private(url).context("database: the file cannot be created")?;
    let pool = AnyPoolOptions::new()
        // SQLite has one writer at a time.
        .max_connections(if is_sqlite { 4 } else { 16 })
        .acquire_timeout(TIMEOUT)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                if is_sqlite {
                    // Readers do not wait for the writer, and a writer waits for another one.
                    for pragma in [
                        "PRAGMA journal_mode = WAL",
                        "PRAGMA synchronous = FULL",
                        "PRAGMA busy_timeout = 5000",
                        "PRAGMA foreign_keys = ON",
                    ] {
                        sqlx::query(pragma).execute(&mut *connection).await?;
                    }
                }
                Ok(())
            })
        })
        .connect(url)
        .await
        .context("the database cannot be opened: check `database`")?;
    let migrator = Migrator::new(Migrations).await;
    let migrator = migrator.context("the migrations are invalid")?;
    migrator.run(&pool).await.context("the migrations failed")?;
    Ok(pool)
}

/// Creates the SQLite file so that other users of the machine cannot read it: it has password hashes and pending logins.
fn keep_private(url: &str) -> std::io::Result<()> {
    let file = url
        .strip_prefix("sqlite:")
        .map(|file| file.trim_start_matches("//"));
    let Some((file, "mode=rwc")) = file.and_then(|file| file.split_once('?')) else {
        return Ok(());
    };
    // The driver would decode this path.
    if file.contains('%') {
        return Ok(());
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn file_is_private_to_the_user_of_the_server() {
        let directory = tempfile::TempDir::new().unwrap();
        let file = directory.path().join("test.db");
        let pool = open(&format!("sqlite:{}?mode=rwc", file.display()))
            .await
            .unwrap();
        for entry in directory.path().read_dir().unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        }
        pool.close().await;
    }
}
