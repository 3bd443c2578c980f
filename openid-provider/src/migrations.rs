//! The migrations of the database, compiled into the program.

use std::pin::Pin;

use sqlx::error::BoxDynError;
use sqlx::migrate::{Migration, MigrationSource, MigrationType};

macro_rules! scripts {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../migrations/", $name, ".sql")))),*]
    };
}

/// The files in `migrations/`, in order. `sqlx::migrate!` would list them, but it builds sqlx and its drivers a second time,
/// for the compiler.
const SCRIPTS: [(&str, &str); 7] = scripts![
    "0001_create"
    "0002_flows"
    "0003_decisions"
    "0004_device_requests"
    "0005_demo_users"
    "0006_verified_email"
    "0007_ended_flows"
];

#[derive(Debug)]
pub struct Migrations;

impl MigrationSource<'static> for Migrations {
    fn resolve(
        self,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<Migration>, BoxDynError>> + Send + 'static>> {
        Box::pin(async { SCRIPTS.into_iter().map(migration).collect() })
    }
}

/// The name has the form `<version>_<description>`, as in `sqlx migrate add`.
fn migration((name, sql): (&'static str, &'static str)) -> Result<Migration, BoxDynError> {
    let (version, description) = name.split_once('_').ok_or("a migration has no version")?;
    Ok(Migration::new(
        version.parse()?,
        description.replace('_', " ").into(),
        MigrationType::Simple,
        sql.into(),
        false,
    ))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn each_file_is_a_migration_in_order() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut files: Vec<_> = directory
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed = SCRIPTS.map(|(name, _)| format!("{name}.sql"));
        assert_eq!(files, listed, "see `SCRIPTS`");
        let versions = SCRIPTS.map(|script| migration(script).unwrap().version);
        assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
    }
}
