//! The table in the documentation of `authlete::Error`.

/// What the table says of a fault when it depends on the feature `gzip`.
pub const GZIP: &str = if cfg!(feature = "gzip") {
    ", with the feature `gzip`"
} else {
    ", without the feature `gzip`"
};

/// The rows of the table as it is published, without those for other features.
pub fn documented() -> Vec<&'static str> {
    let faults = include_str!("../../../src/faults.md");
    // Those of a network have tests of their own.
    let (of_servers, _) = faults.split_once("# Faults of a network").unwrap();
    of_servers
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .filter(|line| !line.contains("the feature `gzip`") || line.contains(GZIP))
        .collect()
}
