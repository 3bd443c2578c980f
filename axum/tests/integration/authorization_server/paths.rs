//! The paths of a router, so that tests cover all of them.

use std::collections::BTreeSet;

use axum::Router;

/// The paths of the routes of a router. They are parsed from its `Debug` output, since axum does not list them otherwise.
pub fn paths(router: &Router) -> BTreeSet<String> {
    let debug = format!("{router:?}");
    let (own, _) = debug.split_once("fallback_router:").unwrap();
    let (_, paths) = own.rsplit_once("paths: {").unwrap();
    let paths: BTreeSet<_> = paths
        .split('"')
        .filter(|text| text.starts_with('/'))
        .map(str::to_owned)
        .collect();
    assert!(paths.contains("/token"), "{debug}");
    paths
}

/// Replaces each capture in a path with a value.
pub fn fill_captures(path: &str, value: &str) -> String {
    let segments = path.split('/').map(|segment| match segment {
        _ if segment.starts_with('{') => value,
        _ => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}
