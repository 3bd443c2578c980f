//! Compares objects and enums that both documents reach at the same places.

use std::collections::BTreeSet;

use super::super::difference::{DEPRECATED, Difference, READ_ONLY, REQUIRED, WRITE_ONLY, code};
use super::super::report::Section;
use super::super::shape::{Kind, Member, Shape, is_number};
use super::{Comparison, Direction, Pair, Spot, heading};

/// The maximum depth of nested lists. Only a recursive list is deeper.
const DEEPEST_LIST: usize = 32;

impl<'a> Comparison<'a> {
    /// The difference between two types, if any. Objects at the same place count as the same type, and their members are
    /// compared separately.
    pub(super) fn other_type(
        &mut self,
        what: &str,
        here: Spot<'a>,
        there: Spot<'a>,
        direction: Direction,
    ) -> Option<Difference> {
        let summary = [
            self.ours.summary(here.schema),
            self.theirs.summary(there.schema),
        ];
        if self.same(here, there.clone(), direction, DEEPEST_LIST) {
            return None;
        }
        self.unknown.push(there);
        let [here, there] = summary.map(|summary| code(&summary));
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
        let shapes = [
            self.ours.shape(here.schema),
            self.theirs.shape(there.schema),
        ];
        let labels = [
            self.label(&here, &shapes[0]),
            self.label(&there, &shapes[1]),
        ];
        match shapes.map(|shape| shape.kind) {
            [Kind::Dangling(dangling), _] => self.not_compared(dangling.at(&here.place)),
            [_, Kind::Dangling(dangling)] => self.not_compared(dangling.at(&there.place)),
            [Kind::Object(ours), Kind::Object(theirs)] => {
                self.record_pair(&labels, &here.place);
                if self.seen.insert((direction, labels.clone())) {
                    self.pairs.push(Pair {
                        labels,
                        here: ours,
                        there: theirs,
                        direction,
                    });
                }
            }
            [Kind::Enum(ours), Kind::Enum(theirs)] => {
                self.record_pair(&labels, &here.place);
                self.values(&labels, &ours, &theirs);
            }
            [Kind::Array(ours), Kind::Array(theirs)] | [Kind::Map(ours), Kind::Map(theirs)] => {
                return self.same(here.inner(ours), there.inner(theirs), direction, depth);
            }
            [
                Kind::Scalar { ty, format },
                Kind::Scalar {
                    ty: their_ty,
                    format: their_format,
                },
            ] => {
                let same_range = match (format, their_format) {
                    (Some(here), Some(there)) if is_number(ty) => here == there,
                    _ => true,
                };
                return ty == their_ty && same_range;
            }
            [Kind::Alternatives { .. }, Kind::Alternatives { .. }] => {
                return self.ours.summary(here.schema) == self.theirs.summary(there.schema);
            }
            [Kind::Any, Kind::Any] => {}
            _ => return false,
        }
        true
    }

    /// Records that two schemas are at the same place.
    fn record_pair(&mut self, labels: &[String; 2], place: &str) {
        let [here, there] = labels;
        self.known.insert(there.clone());
        if place != here {
            self.drift
                .place(Section::Schemas, &heading(here, there), place);
        }
    }

    fn values(
        &mut self,
        [here, there]: &[String; 2],
        ours: &BTreeSet<String>,
        theirs: &BTreeSet<String>,
    ) {
        let heading = heading(here, there);
        let what = |word: &String| format!("value `{word}`");
        let only_there = theirs.difference(ours);
        let only_there = only_there.map(|word| Difference::only_there(what(word), ""));
        let only_here = ours.difference(theirs);
        let only_here = only_here.map(|word| Difference::only_here(what(word)));
        for difference in only_there.chain(only_here) {
            self.drift.add(Section::Schemas, &heading, difference);
        }
    }

    /// Compares the objects reached so far, and those that they reach.
    pub(super) fn schemas(&mut self) {
        while let Some(pair) = self.pairs.pop() {
            let heading = heading(&pair.labels[0], &pair.labels[1]);
            for difference in self.members(&pair) {
                self.drift.add(Section::Schemas, &heading, difference);
            }
        }
    }

    fn members(&mut self, pair: &Pair<'a>) -> Vec<Difference> {
        // `required` is not compared for objects that responses have, too.
        let in_response = (Direction::Response, pair.labels.clone());
        let may_require = !self.seen.contains(&in_response);
        let names: BTreeSet<&str> = pair.here.keys().chain(pair.there.keys()).copied().collect();
        let mut differences = Vec::new();
        for name in names {
            let what = code(name);
            match (pair.here.get(name), pair.there.get(name)) {
                (Some(here), Some(there)) => {
                    let required = [here, there].map(|member| may_require && member.is_required);
                    differences.extend(Difference::of_flags(&what, required, REQUIRED));
                    let shapes = [
                        self.ours.shape(here.schema),
                        self.theirs.shape(there.schema),
                    ];
                    let states = |is: fn(&Shape<'_>) -> bool| [is(&shapes[0]), is(&shapes[1])];
                    let flags = [
                        (states(|shape| shape.is_deprecated), DEPRECATED),
                        (states(|shape| shape.is_read_only), READ_ONLY),
                        (states(|shape| shape.is_write_only), WRITE_ONLY),
                    ];
                    let flags = flags.into_iter();
                    differences.extend(
                        flags.filter_map(|(states, words)| {
                            Difference::of_flags(&what, states, words)
                        }),
                    );
                    let here = Spot::member(&pair.labels[0], name, here);
                    let there = Spot::member(&pair.labels[1], name, there);
                    differences.extend(self.other_type(&what, here, there, pair.direction));
                }
                (None, Some(there)) => {
                    let summary = self.summary_of_member(there, may_require);
                    differences.push(Difference::only_there(what, summary));
                    self.unknown
                        .push(Spot::member(&pair.labels[1], name, there));
                }
                (_, None) => differences.push(Difference::only_here(what)),
            }
        }
        differences
    }

    /// The summary of a member that only they have.
    pub(super) fn summary_of_member(&self, member: &Member<'a>, may_require: bool) -> String {
        let mut summary = code(&self.theirs.summary(member.schema));
        if may_require && member.is_required {
            summary += ", required";
        }
        let shape = self.theirs.shape(member.schema);
        for (state, words) in [
            (shape.is_deprecated, DEPRECATED),
            (shape.is_read_only, READ_ONLY),
            (shape.is_write_only, WRITE_ONLY),
        ] {
            if state {
                summary = summary + ", " + words[1];
            }
        }
        summary
    }
}
