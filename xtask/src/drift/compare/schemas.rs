//! What two documents say of the objects and enums that they reach at the same places.

use std::collections::BTreeSet;

use super::super::difference::{DEPRECATED, Difference, REQUIRED, code};
use super::super::report::Section;
use super::super::shape::{Kind, Member, is_number};
use super::{Comparison, Direction, Pair, Spot, heading};

/// How deep lists of lists are followed. Only one that contains itself is deeper.
const DEEPEST_LIST: usize = 32;

impl<'a> Comparison<'a> {
    /// How the type of one thing differs. Objects of the same place are of one type: what their members are, is their
    /// own difference.
    pub(super) fn other_type(
        &mut self,
        what: &str,
        here: Spot<'a>,
        there: Spot<'a>,
        direction: Direction,
    ) -> Option<Difference> {
        let told = [self.ours.told(here.schema), self.theirs.told(there.schema)];
        if self.same(here, there.clone(), direction, DEEPEST_LIST) {
            return None;
        }
        self.unknown.push(there);
        let [here, there] = told.map(|told| code(&told));
        Some(Difference::other(what, here, there))
    }

    fn same(
        &mut self,
        here: Spot<'a>,
        there: Spot<'a>,
        direction: Direction,
        depth: usize,
    ) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return true;
        };
        let (ours, theirs) = (self.ours, self.theirs);
        let shapes = (ours.shape(here.schema), theirs.shape(there.schema));
        let labels = || (here.label(&shapes.0), there.label(&shapes.1));
        match (&shapes.0.kind, &shapes.1.kind) {
            (Kind::Dangling(dangling), _) => {
                self.not_compared(&here.place, dangling);
                true
            }
            (_, Kind::Dangling(dangling)) => {
                self.not_compared(&there.place, dangling);
                true
            }
            (Kind::Object(_), Kind::Object(_)) => {
                let (label_here, label_there) = labels();
                self.meet(&label_here, &label_there, &here.place);
                if self.seen.insert((direction, label_here, label_there)) {
                    self.pairs.push(Pair {
                        here,
                        there,
                        direction,
                    });
                }
                true
            }
            (Kind::Enum(ours), Kind::Enum(theirs)) => {
                let (label_here, label_there) = labels();
                let heading = self.meet(&label_here, &label_there, &here.place);
                self.values(&heading, ours, theirs);
                true
            }
            (Kind::Array(ours), Kind::Array(theirs)) | (Kind::Map(ours), Kind::Map(theirs)) => {
                self.same(here.inner(ours), there.inner(theirs), direction, depth)
            }
            (
                Kind::Scalar { ty, format },
                Kind::Scalar {
                    ty: their_ty,
                    format: their_format,
                },
            ) => {
                let same_range = match (format, their_format) {
                    (Some(here), Some(there)) if is_number(ty) => here == there,
                    _ => true,
                };
                ty == their_ty && same_range
            }
            (Kind::Alternatives { .. }, Kind::Alternatives { .. }) => {
                ours.told(here.schema) == theirs.told(there.schema)
            }
            (Kind::Any, Kind::Any) => true,
            _ => false,
        }
    }

    /// Notes that two schemas stand at the same place, and returns under which heading they do.
    fn meet(&mut self, here: &str, there: &str, place: &str) -> String {
        let heading = heading(here, there);
        self.known.insert(there.to_owned());
        if place != here {
            self.drift.place(Section::Schemas, &heading, place);
        }
        heading
    }

    fn values(&mut self, heading: &str, here: &BTreeSet<String>, there: &BTreeSet<String>) {
        let only_there = there.difference(here);
        let only_there =
            only_there.map(|word| Difference::only_there(format!("value `{word}`"), ""));
        let only_here = here.difference(there);
        let only_here = only_here.map(|word| Difference::only_here(format!("value `{word}`"), ""));
        for difference in only_there.chain(only_here) {
            self.drift.add(Section::Schemas, heading, difference);
        }
    }

    /// Compares the objects that were reached, and those that they reach.
    pub(super) fn schemas(&mut self) {
        while let Some(pair) = self.pairs.pop() {
            self.members(&pair);
        }
    }

    fn members(&mut self, pair: &Pair<'a>) {
        let shapes = (
            self.ours.shape(pair.here.schema),
            self.theirs.shape(pair.there.schema),
        );
        let labels = [pair.here.label(&shapes.0), pair.there.label(&shapes.1)];
        let [label_here, label_there] = labels.clone();
        let (Kind::Object(here), Kind::Object(there)) = (shapes.0.kind, shapes.1.kind) else {
            return;
        };
        let heading = heading(&label_here, &label_there);
        let [ours, theirs] = labels.clone();
        // What a response has as well, the description requires of neither.
        let is_request = pair.direction == Direction::Request
            && !self.seen.contains(&(Direction::Response, ours, theirs));
        let names: BTreeSet<&str> = here.keys().chain(there.keys()).copied().collect();
        for name in names {
            let what = format!("`{name}`");
            let spot = |label: &str, member: &Member<'a>| {
                Spot::new(member.schema, format!("{label}.{name}"))
            };
            let mut differences = Vec::new();
            match (here.get(name), there.get(name)) {
                (Some(here), Some(there)) => {
                    let deprecated = [
                        self.ours.shape(here.schema).is_deprecated,
                        self.theirs.shape(there.schema).is_deprecated,
                    ];
                    let required = [here, there].map(|member| is_request && member.is_required);
                    differences.extend(Difference::either(&what, required, REQUIRED));
                    differences.extend(Difference::either(&what, deprecated, DEPRECATED));
                    let spots = [spot(&label_here, here), spot(&label_there, there)];
                    let [here, there] = spots;
                    differences.extend(self.other_type(&what, here, there, pair.direction));
                }
                (None, Some(there)) => {
                    let told = self.told_there(there, is_request);
                    self.unknown.push(spot(&label_there, there));
                    differences.push(Difference::only_there(what, told));
                }
                (Some(here), None) => {
                    differences.push(Difference::only_here(
                        what,
                        code(&self.ours.told(here.schema)),
                    ));
                }
                (None, None) => {}
            }
            for difference in differences {
                self.drift.add(Section::Schemas, &heading, difference);
            }
        }
    }

    /// What a member is that we lack.
    pub(super) fn told_there(&self, member: &Member<'a>, is_request: bool) -> String {
        let mut told = code(&self.theirs.told(member.schema));
        if is_request && member.is_required {
            told += ", required";
        }
        if self.theirs.shape(member.schema).is_deprecated {
            told += ", deprecated";
        }
        told
    }
}
