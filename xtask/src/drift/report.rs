//! All differences, as Markdown for a pull request.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::difference::{Difference, code};

/// The maximum number of places shown for a schema.
const SHOWN_PLACES: usize = 4;

/// A difference in this many endpoints or schemas is listed once for all of them.
const MANY: usize = 5;

/// All differences.
#[derive(Default)]
pub struct Drift {
    /// The numbers of endpoints there and here.
    endpoints: [usize; 2],
    /// The operation IDs of the endpoints in both documents, by heading.
    compared: BTreeMap<String, String>,
    sections: BTreeMap<Section, Entries>,
}

/// The parts of a report, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    EndpointsThere,
    SchemasThere,
    Endpoints,
    Schemas,
    EndpointsHere,
    NotCompared,
}

/// The differences of each endpoint or schema, by heading.
type Entries = BTreeMap<String, Entry>;

#[derive(Default)]
struct Entry {
    /// Where a schema is used.
    places: BTreeSet<String>,
    differences: BTreeSet<Difference>,
}

impl Drift {
    pub fn is_empty(&self) -> bool {
        self.differences().next().is_none()
    }

    pub fn count_endpoints(
        &mut self,
        there: usize,
        here: usize,
        compared: BTreeMap<String, String>,
    ) {
        self.endpoints = [there, here];
        self.compared = compared;
    }

    /// Records where a schema is used. Shown if the schema differs.
    pub fn place(&mut self, section: Section, heading: &str, place: &str) {
        let place = place.to_owned();
        self.entry(section, heading).places.insert(place);
    }

    pub fn add(&mut self, section: Section, heading: &str, difference: Difference) {
        self.entry(section, heading).differences.insert(difference);
    }

    fn entry(&mut self, section: Section, heading: &str) -> &mut Entry {
        let entries = self.sections.entry(section).or_default();
        entries.entry(heading.to_owned()).or_default()
    }

    /// Removes the differences that the other drift has.
    pub fn subtract(&mut self, other: &Self) {
        for (section, entries) in &mut self.sections {
            for (heading, entry) in entries {
                let known = other.sections.get(section);
                if let Some(known) = known.and_then(|known| known.get(heading)) {
                    let is_new = |difference: &Difference| !known.differences.contains(difference);
                    entry.differences.retain(is_new);
                }
            }
        }
    }

    fn differences(&self) -> impl Iterator<Item = &Difference> {
        let entries = self.sections.values().flat_map(BTreeMap::values);
        entries.flat_map(|entry| &entry.differences)
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [there, here] = self.endpoints;
        let both = self.compared.len();
        let differences = match self.differences().count() {
            0 => "nothing differs".to_owned(),
            1 => "1 difference".to_owned(),
            count => format!("{count} differences"),
        };
        writeln!(
            f,
            "{there} endpoints in the other document, {here} in the description, {both} in both; {differences}."
        )?;
        if 2 * both < there.min(here) {
            writeln!(
                f,
                "\nDoes `--api-version` match the generation of that document?"
            )?;
        }
        for (section, entries) in &self.sections {
            let differ = |entry: &Entry| !entry.differences.is_empty();
            if entries.values().any(differ) {
                writeln!(f, "\n## {}", section.title())?;
                let many = match section {
                    Section::Endpoints | Section::Schemas => in_many(entries),
                    _ => BTreeMap::new(),
                };
                // For a difference in most endpoints, list the endpoints without it.
                let compared = match section {
                    Section::Endpoints => Some(&self.compared),
                    _ => None,
                };
                show(f, entries, &many, compared)?;
            }
        }
        Ok(())
    }
}

impl Section {
    fn title(self) -> &'static str {
        match self {
            Self::EndpointsThere => "Endpoints only in the other document",
            Self::SchemasThere => "Schemas only in the other document",
            Self::Endpoints => "Endpoints that differ",
            Self::Schemas => "Schemas that differ",
            Self::EndpointsHere => "Endpoints only in the description",
            Self::NotCompared => "Not compared",
        }
    }
}

/// The differences that many entries share, with their headings.
fn in_many(entries: &Entries) -> BTreeMap<&Difference, Vec<&str>> {
    let mut headings: BTreeMap<&Difference, Vec<&str>> = BTreeMap::new();
    for (heading, entry) in entries {
        for difference in &entry.differences {
            headings.entry(difference).or_default().push(heading);
        }
    }
    headings.retain(|_, headings| headings.len() >= MANY);
    headings
}

fn show(
    f: &mut fmt::Formatter<'_>,
    entries: &Entries,
    many: &BTreeMap<&Difference, Vec<&str>>,
    compared: Option<&BTreeMap<String, String>>,
) -> fmt::Result {
    if !many.is_empty() {
        writeln!(f, "\n### In many\n")?;
    }
    for (difference, headings) in many {
        writeln!(f, "{difference}")?;
        let all = compared.filter(|all| 2 * headings.len() > all.len());
        if let Some(all) = all {
            let others = all
                .iter()
                .filter(|(heading, _)| !headings.contains(&heading.as_str()));
            let others: Vec<String> = others.map(|(_, id)| code(id)).collect();
            let of_all = format!("  - in {} of {} endpoints", headings.len(), all.len());
            match others.as_slice() {
                [] => writeln!(f, "{of_all}")?,
                others => writeln!(f, "{of_all}, not in {}", others.join(", "))?,
            }
            continue;
        }
        let mut headings = headings.iter();
        headings.try_for_each(|heading| writeln!(f, "  - {heading}"))?;
    }
    for (heading, entry) in entries {
        let own = entry.differences.iter();
        let own: Vec<_> = own
            .filter(|difference| !many.contains_key(difference))
            .collect();
        if own.is_empty() {
            continue;
        }
        entry.introduce(f, heading)?;
        let mut only_here = Vec::new();
        for difference in own {
            match difference {
                Difference::OnlyHere { what } => only_here.push(what.as_str()),
                _ => writeln!(f, "{difference}")?,
            }
        }
        if !only_here.is_empty() {
            writeln!(f, "{}", Difference::only_here(only_here.join(", ")))?;
        }
    }
    Ok(())
}

impl Entry {
    fn introduce(&self, f: &mut fmt::Formatter<'_>, heading: &str) -> fmt::Result {
        if !heading.is_empty() {
            writeln!(f, "\n### {heading}")?;
        }
        let places = self
            .places
            .iter()
            .take(SHOWN_PLACES)
            .map(|place| code(place));
        let places: Vec<String> = places.collect();
        if !places.is_empty() {
            let more = match self.places.len() - places.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            writeln!(f, "\nIn {}{more}.", places.join(", "))?;
        }
        writeln!(f)
    }
}
