//! The table in the documentation of `authlete::Error`.

/// The suffix of faults that depend on the feature `gzip`.
pub const GZIP: &str = if cfg!(feature = "gzip") {
    ", with the feature `gzip`"
} else {
    ", without the feature `gzip`"
};

/// The published rows that apply to the enabled features.
pub fn documented() -> Vec<&'static str> {
    let faults = include_str!("../../../src/faults.md");
    // Faults of a network have separate tests.
    let (of_servers, _) = faults.split_once("# Faults of a network").unwrap();
    of_servers
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .filter(|line| !line.contains("the feature `gzip`") || line.contains(GZIP))
        .collect()
}
