//! Reads and edits state files.

use std::fs;
use std::path::Path;

use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition};

/// Whether the file contains a text.
pub fn contains(path: &Path, text: &str) -> bool {
    let file = fs::read(path).unwrap();
    let mut windows = file.windows(text.len());
    windows.any(|window| window == text.as_bytes())
}

/// The paths of the records in a state file. No emulator may have it open.
pub fn paths(path: &Path) -> Vec<String> {
    let database = Database::open(path).unwrap();
    let transaction = database.begin_read().unwrap();
    let records = TableDefinition::<&str, &str>::new("records");
    let records = transaction.open_table(records).unwrap();
    let records = records.iter().unwrap();
    records
        .map(|record| record.unwrap().0.value().to_owned())
        .collect()
}

/// Changes a record of a state file. No emulator may have it open.
pub fn edit(path: &Path, table: &str, key: &str, value: &str) {
    let database = Database::open(path).unwrap();
    let transaction = database.begin_write().unwrap();
    let table = TableDefinition::<&str, &str>::new(table);
    transaction
        .open_table(table)
        .unwrap()
        .insert(key, value)
        .unwrap();
    transaction.commit().unwrap();
}
