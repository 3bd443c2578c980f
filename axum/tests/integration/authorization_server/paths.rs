//! The paths of a router, so that a test misses none.

use std::collections::BTreeSet;

use axum::Router;

/// The paths that a router has routes for, by its `Debug` output: axum lists them nowhere else.
pub fn paths(router: &Router) -> BTreeSet<String> {
    let shown = format!("{router:?}");
    let (own, _) = shown.split_once("fallback_router:").unwrap();
    let (_, paths) = own.rsplit_once("paths: {").unwrap();
    let paths: BTreeSet<_> = paths
        .split('"')
        .filter(|text| text.starts_with('/'))
        .map(str::to_owned)
        .collect();
    assert!(paths.contains("/token"), "{shown}");
    paths
}

/// A path with a value in the place of each capture.
pub fn filled(path: &str, value: &str) -> String {
    let segments = path.split('/').map(|segment| match segment {
        _ if segment.starts_with('{') => value,
        _ => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}
