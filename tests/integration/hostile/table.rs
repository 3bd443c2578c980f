//! The table in the documentation of `authlete::Error`.

use std::fs;

/// The suffix of faults that depend on the feature `gzip`.
pub const GZIP: &str = if cfg!(feature = "gzip") {
    ", with the feature `gzip`"
} else {
    ", without the feature `gzip`"
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/faults.md");

/// Faults of a network have separate tests.
const OF_NETWORKS: &str = "# Faults of a network";

/// The published rows that apply to the enabled features.
pub fn documented() -> Vec<&'static str> {
    let (of_servers, _) = include_str!("../../../src/faults.md")
        .split_once(OF_NETWORKS)
        .unwrap();
    let rows = rows(of_servers);
    rows.filter(|row| !is_of_other_features(row)).collect()
}

/// Writes the rows for the enabled features. Those for other features stay, except those of a renamed fault.
pub fn write(rows_of_these_features: &[String]) {
    let text = fs::read_to_string(FILE).unwrap();
    let (of_servers, _) = text.split_once(OF_NETWORKS).unwrap();
    let published = rows(of_servers).collect::<Vec<_>>().join("\n");
    let others = || rows(of_servers).filter(|row| is_of_other_features(row));
    let mut written = Vec::new();
    for row in rows_of_these_features {
        let fault = row
            .split_once(GZIP)
            .map(|(fault, _)| format!("{fault}, with"));
        let other = fault.and_then(|fault| others().find(|other| other.starts_with(&fault)));
        let mut rows: Vec<&str> = other.into_iter().chain([row.as_str()]).collect();
        rows.sort();
        written.extend(rows);
    }
    fs::write(FILE, text.replacen(&published, &written.join("\n"), 1)).unwrap();
}

fn rows(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter(|line| line.starts_with('|')).skip(2)
}

fn is_of_other_features(row: &str) -> bool {
    row.contains("the feature `gzip`") && !row.contains(GZIP)
}
