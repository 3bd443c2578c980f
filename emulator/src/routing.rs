//! Routing of requests to operations.
//!
//! The endpoints come from [`authlete::operations::ALL`], which has those of both generations.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use authlete::{ApiRoot, ApiVersion, Operation, Route, operations};
use percent_encoding::percent_decode_str;

use crate::json::Object;

/// Alternative routes of operations, which Authlete accepts in both generations: operation, method, path.
const ALSO_ACCEPTED: &[(&str, &str, &str)] = &[
    (
        "set_requestable_scopes",
        "PUT",
        "/client/extension/requestable_scopes/update/{clientId}",
    ),
    (
        "get_granted_scopes",
        "GET",
        "/client/granted_scopes/get/{clientId}",
    ),
    (
        "get_granted_scopes",
        "GET",
        "/client/granted_scopes/get/{clientId}/{subject}",
    ),
    (
        "delete_granted_scopes",
        "DELETE",
        "/client/granted_scopes/delete/{clientId}",
    ),
    (
        "delete_granted_scopes",
        "DELETE",
        "/client/granted_scopes/delete/{clientId}/{subject}",
    ),
    (
        "get_client_authorization_list",
        "GET",
        "/client/authorization/get/list",
    ),
    (
        "get_client_authorization_list",
        "GET",
        "/client/authorization/get/list/{subject}",
    ),
    (
        "delete_client_authorization",
        "DELETE",
        "/client/authorization/delete/{clientId}",
    ),
    (
        "delete_client_authorization",
        "DELETE",
        "/client/authorization/delete/{clientId}/{subject}",
    ),
    ("hsk_delete", "GET", "/hsk/delete/{handle}"),
    ("hsk_delete", "DELETE", "/hsk/delete/{handle}"),
];

/// The operation of a request.
#[derive(Debug)]
pub struct Target {
    pub operation: &'static Operation,
    pub version: ApiVersion,
    pub route: &'static Route,
    /// The values of the parameters in the path.
    pub parameters: Object,
}

/// Why a request matches no operation.
#[derive(Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The path is not below the root of the API.
    NotAnApi,
    /// The path matches an operation, but the method does not.
    Method,
    /// An endpoint that the SDK does not describe.
    Unknown,
}

/// All routes of all operations.
#[derive(Debug)]
pub struct Routes {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    operation: &'static Operation,
    version: ApiVersion,
    route: &'static Route,
    method: &'static str,
    segments: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Literal(&'static str),
    Parameter(&'static str),
}

impl Routes {
    pub fn new() -> Self {
        let mut patterns: Vec<_> = operations::ALL
            .iter()
            .flat_map(|operation| patterns(operation))
            .collect();
        // Literals before parameters: `/client/get/list` before `/client/get/{clientId}`.
        patterns.sort_by_cached_key(|pattern| {
            let is_parameter = |segment: &Segment| matches!(segment, Segment::Parameter(_));
            pattern
                .segments
                .iter()
                .map(is_parameter)
                .collect::<Vec<_>>()
        });
        Self { patterns }
    }

    /// Finds the operation of a request. If both generations have the path, the credentials decide: only 2.x uses Basic.
    pub fn find(&self, method: &str, path: &str, basic: bool) -> Result<Target, Mismatch> {
        let path = path.strip_prefix("/api/").ok_or(Mismatch::NotAnApi)?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments: Vec<_> = path.split('/').collect();
        let preferred = if basic {
            ApiVersion::V2
        } else {
            ApiVersion::V3
        };
        let mut of_path = self
            .patterns
            .iter()
            .filter(|pattern| pattern.matches(&segments))
            .peekable();
        if of_path.peek().is_none() {
            return Err(Mismatch::Unknown);
        }
        let of_method: Vec<_> = of_path.filter(|pattern| pattern.method == method).collect();
        let preferred = of_method
            .iter()
            .find(|pattern| pattern.version == preferred);
        let pattern = preferred.or(of_method.first()).ok_or(Mismatch::Method)?;
        Ok(Target {
            operation: pattern.operation,
            version: pattern.version,
            route: pattern.route,
            parameters: pattern.parameters(&segments),
        })
    }
}

/// Whether a segment of a path is a literal of the API, and not the value of a parameter.
pub fn is_literal(segment: &str) -> bool {
    static LITERALS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
        let segments = operations::ALL
            .iter()
            .flat_map(|operation| patterns(operation));
        let segments = segments.flat_map(|pattern| pattern.segments);
        let literals = segments.filter_map(|segment| match segment {
            Segment::Literal(literal) => Some(literal),
            Segment::Parameter(_) => None,
        });
        literals.chain(["api"]).collect()
    });
    LITERALS.contains(segment)
}

fn patterns(operation: &'static Operation) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for version in [ApiVersion::V2, ApiVersion::V3] {
        let Some(route) = operation.route(version) else {
            continue;
        };
        let also = ALSO_ACCEPTED.iter().filter(|(id, ..)| *id == operation.id);
        let also = also.map(|(_, method, path)| (*method, *path));
        for (method, path) in [(route.method, route.path)].into_iter().chain(also) {
            let segments = segments(route.root, path);
            patterns.push(Pattern {
                operation,
                version,
                route,
                method,
                segments,
            });
        }
    }
    patterns
}

/// The segments of a route. The organization API shares the port of the other APIs.
fn segments(root: ApiRoot, path: &'static str) -> Vec<Segment> {
    let service = (root == ApiRoot::Service).then_some("{serviceId}");
    let segments = service
        .into_iter()
        .chain(path.split('/').filter(|segment| !segment.is_empty()));
    segments
        .map(|segment| {
            match segment
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'))
            {
                Some(name) => Segment::Parameter(name),
                None => Segment::Literal(segment),
            }
        })
        .collect()
}

impl Pattern {
    fn matches(&self, path: &[&str]) -> bool {
        let matches = |(segment, text): (&Segment, &&str)| match segment {
            Segment::Literal(literal) => literal == text,
            Segment::Parameter(_) => !text.is_empty(),
        };
        self.segments.len() == path.len() && self.segments.iter().zip(path).all(matches)
    }

    fn parameters(&self, path: &[&str]) -> Object {
        let parameter = |(segment, text): (&Segment, &&str)| match segment {
            Segment::Literal(_) => None,
            Segment::Parameter(name) => {
                let value = percent_decode_str(text).decode_utf8_lossy().into_owned();
                Some(((*name).to_owned(), value.into()))
            }
        };
        self.segments
            .iter()
            .zip(path)
            .filter_map(parameter)
            .collect()
    }
}
