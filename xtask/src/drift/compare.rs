//! Compares two documents endpoint by endpoint, and each schema that both reach.

mod endpoints;
mod schemas;
mod unknown;

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::difference::{Difference, code};
use super::document::Document;
use super::endpoint::Endpoint;
use super::report::{Drift, Section};
use super::shape::{Member, Members, Shape};

/// The differences between our document and the other one.
pub fn compare(ours: &Document, theirs: &Document) -> Drift {
    let mut comparison = Comparison {
        ours,
        theirs,
        drift: Drift::default(),
        pairs: Vec::new(),
        seen: BTreeSet::new(),
        known: BTreeSet::new(),
        unknown: Vec::new(),
        listed: BTreeSet::new(),
        labels: HashMap::new(),
    };
    comparison.endpoints();
    comparison.unknown();
    comparison.drift
}

struct Comparison<'a> {
    ours: &'a Document,
    theirs: &'a Document,
    drift: Drift,
    /// Objects still to be compared.
    pairs: Vec<Pair<'a>>,
    /// Objects that are or will be compared, by their labels here and there.
    seen: BTreeSet<(Direction, [String; 2])>,
    /// Their schemas that have a counterpart here.
    known: BTreeSet<String>,
    /// Schemas that only they have.
    unknown: Vec<Spot<'a>>,
    /// Their schemas that are already listed as unknown.
    listed: BTreeSet<String>,
    /// The labels of the schemas reached so far.
    labels: HashMap<*const Value, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Direction {
    Response,
    Request,
}

/// A schema and the place where it is used.
#[derive(Clone)]
struct Spot<'a> {
    schema: &'a Value,
    place: String,
}

/// The members of an object here and of its counterpart there.
struct Pair<'a> {
    labels: [String; 2],
    here: Members<'a>,
    there: Members<'a>,
    direction: Direction,
}

impl<'a> Spot<'a> {
    fn new(schema: &'a Value, place: impl Into<String>) -> Self {
        let place = place.into();
        Self { schema, place }
    }

    /// The schema of a request, response or parameter of an endpoint.
    fn of(endpoint: &Endpoint<'a>, what: &str, schema: &'a Value) -> Self {
        Self::new(
            schema,
            format!("{} {}", endpoint.id(), what.replace('`', "")),
        )
    }

    fn member(object: &str, name: &str, member: &Member<'a>) -> Self {
        Self::new(member.schema, format!("{object}.{name}"))
    }

    /// The schema of the items of a list or map.
    fn inner(&self, schema: &'a Value) -> Self {
        Self::new(schema, format!("{}[]", self.place))
    }
}

impl Comparison<'_> {
    /// The label of a schema: its name or, for an inline schema, the place where it was reached first.
    fn label(&mut self, spot: &Spot<'_>, shape: &Shape<'_>) -> String {
        let label = self.labels.entry(shape.origin);
        let new = || shape.name.unwrap_or(&spot.place).to_owned();
        label.or_insert_with(new).clone()
    }

    fn not_compared(&mut self, why: String) {
        self.drift
            .add(Section::NotCompared, "", Difference::listed(why, ""));
    }
}

/// The heading for an object with these labels here and there.
fn heading(here: &str, there: &str) -> String {
    if here == there {
        code(here)
    } else {
        format!("`{here}`, in the other document `{there}`")
    }
}

impl Direction {
    fn what(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Request => "request",
        }
    }
}
