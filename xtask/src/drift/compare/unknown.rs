//! Lists what only the other document has, in enough detail to add it here.

use super::super::difference::{Difference, code};
use std::collections::HashSet;

use serde_json::Value;

use super::super::document::Dangling;
use super::super::endpoint::{Content, Endpoint};
use super::super::report::Section;
use super::super::shape::{Kind, Shape};
use super::{Comparison, Spot};

impl<'a> Comparison<'a> {
    pub(super) fn only_there(&mut self, endpoint: &Endpoint<'a>) {
        let heading = format!("`{}` (`{}`)", endpoint.route(), endpoint.id());
        let credentials = code(&endpoint.credentials(self.theirs));
        let mut lines = vec![Difference::listed("credentials", credentials)];
        if let Err(dangling) = self.summarize(endpoint, &mut lines) {
            self.not_compared(dangling.at(&endpoint.id()));
        }
        for line in lines {
            self.drift.add(Section::EndpointsThere, &heading, line);
        }
    }

    fn summarize(
        &mut self,
        endpoint: &Endpoint<'a>,
        lines: &mut Vec<Difference>,
    ) -> Result<(), Dangling> {
        let servers = endpoint.other_servers(self.theirs).into_iter().flatten();
        lines.extend(servers.map(|url| Difference::listed("server", code(url))));
        if endpoint.is_deprecated() {
            lines.push(Difference::listed("deprecated", ""));
        }
        for (what, parameter) in endpoint.parameters() {
            let required = if parameter.is_required {
                ", required"
            } else {
                ""
            };
            let summary = code(&self.theirs.summary(parameter.schema)) + required;
            self.unknown
                .push(Spot::of(endpoint, &what, parameter.schema));
            lines.push(Difference::listed(what, summary));
        }
        if let Some(body) = endpoint.request(self.theirs)? {
            lines.push(self.summary_of_content(endpoint, "request", &body.content));
        }
        for (status, content) in endpoint.successes(self.theirs)? {
            lines.push(Difference::listed(format!("status `{status}`"), ""));
            if !content.is_empty() {
                lines.push(self.summary_of_content(endpoint, "response", &content));
            }
        }
        Ok(())
    }

    /// The distinct types of a body over all its media types.
    fn summary_of_content(
        &mut self,
        endpoint: &Endpoint<'a>,
        what: &str,
        content: &Content<'a>,
    ) -> Difference {
        let mut summary: Vec<String> = Vec::new();
        for schema in content.values() {
            self.unknown.push(Spot::of(endpoint, what, schema));
            let ty = code(&self.theirs.summary(schema));
            if !summary.contains(&ty) {
                summary.push(ty);
            }
        }
        Difference::listed(what, summary.join(" or "))
    }

    /// Lists the schemas that only they have.
    pub(super) fn unknown(&mut self) {
        // Follow a recursive list or map only once.
        let mut passed: HashSet<*const Value> = HashSet::new();
        while let Some(spot) = self.unknown.pop() {
            let shape = self.theirs.shape(spot.schema);
            let inner = match shape.kind {
                Kind::Array(inner) | Kind::Map(inner) => vec![inner],
                Kind::Alternatives { schemas, .. } => schemas,
                Kind::Dangling(dangling) => {
                    self.not_compared(dangling.at(&spot.place));
                    continue;
                }
                _ => {
                    self.list(&spot, shape);
                    continue;
                }
            };
            if passed.insert(spot.schema) {
                let inner = inner.into_iter().map(|schema| spot.inner(schema));
                self.unknown.extend(inner);
            }
        }
    }

    /// Lists an object or an enum that has no counterpart here. An inline enum is shown where it is used.
    fn list(&mut self, spot: &Spot<'a>, shape: Shape<'a>) {
        let label = self.label(spot, &shape);
        let lines: Vec<Difference> = match &shape.kind {
            _ if self.known.contains(&label) => return,
            Kind::Object(members) => members
                .iter()
                .map(|(name, member)| {
                    Difference::listed(code(name), self.summary_of_member(member, true))
                })
                .collect(),
            Kind::Enum(words) if shape.name.is_some() => words
                .iter()
                .map(|word| Difference::listed(format!("value `{word}`"), ""))
                .collect(),
            _ => return,
        };
        let heading = code(&label);
        if spot.place != label {
            self.drift
                .place(Section::SchemasThere, &heading, &spot.place);
        }
        if !self.listed.insert(label.clone()) {
            return;
        }
        for line in lines {
            self.drift.add(Section::SchemasThere, &heading, line);
        }
        if let Kind::Object(members) = shape.kind {
            let members = members.iter();
            let members = members.map(|(name, member)| Spot::member(&label, name, member));
            self.unknown.extend(members);
        }
    }
}
