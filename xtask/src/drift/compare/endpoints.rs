//! Compares the endpoints that both documents have.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::difference::{DEPRECATED, Difference, REQUIRED, code};
use super::super::document::Dangling;
use super::super::endpoint::{Content, Endpoint, Parameter, endpoints, preferred};
use super::super::report::Section;
use super::{Comparison, Direction, Spot, heading};

/// One endpoint in both documents.
struct Both<'a, 'b> {
    here: &'b Endpoint<'a>,
    there: &'b Endpoint<'a>,
    heading: String,
}

impl<'a> Comparison<'a> {
    pub(super) fn endpoints(&mut self) {
        let (ours, findings_here) = endpoints(self.ours);
        let (theirs, findings_there) = endpoints(self.theirs);
        for finding in findings_here.into_iter().chain(findings_there) {
            self.not_compared(finding);
        }
        let in_both = ours.iter().filter_map(|(key, here)| {
            let there = theirs.get(key)?;
            let heading = format!("{}: `{}`", heading(&here.id(), &there.id()), here.route());
            Some(Both {
                here,
                there,
                heading,
            })
        });
        let in_both: Vec<Both<'a, '_>> = in_both.collect();
        let compared = in_both.iter();
        let compared = compared
            .map(|both| (both.heading.clone(), both.here.id()))
            .collect();
        self.drift
            .count_endpoints(theirs.len(), ours.len(), compared);
        // Responses come before requests, because `required` is not compared for objects that responses have, too.
        for both in &in_both {
            self.endpoint(both);
            self.or_not_compared(both, Self::responses);
        }
        self.schemas();
        for both in &in_both {
            self.parameters(both);
            self.or_not_compared(both, Self::request);
        }
        self.schemas();
        for (_, here) in ours.iter().filter(|(key, _)| !theirs.contains_key(*key)) {
            let what = format!("`{}` (`{}`)", here.route(), here.id());
            self.drift
                .add(Section::EndpointsHere, "", Difference::listed(what, ""));
        }
        for (_, there) in theirs.iter().filter(|(key, _)| !ours.contains_key(*key)) {
            self.only_there(there);
        }
    }

    fn note(&mut self, both: &Both<'a, '_>, difference: Difference) {
        self.drift
            .add(Section::Endpoints, &both.heading, difference);
    }

    fn or_not_compared(
        &mut self,
        both: &Both<'a, '_>,
        compare: impl FnOnce(&mut Self, &Both<'a, '_>) -> Result<(), Dangling>,
    ) {
        if let Err(dangling) = compare(self, both) {
            self.not_compared(dangling.at(&both.there.id()));
        }
    }

    fn endpoint(&mut self, both: &Both<'a, '_>) {
        let Both { here, there, .. } = both;
        let states = [here.is_deprecated(), there.is_deprecated()];
        if let Some(difference) = Difference::of_flags("the endpoint", states, DEPRECATED) {
            self.note(both, difference);
        }
        let servers = [
            here.other_servers(self.ours),
            there.other_servers(self.theirs),
        ];
        if let [Some(here), Some(there)] = servers
            && here != there
        {
            let [here, there] = [here, there].map(summary_of_servers);
            self.note(both, Difference::other("server", here, there));
        }
        let credentials = [here.credentials(self.ours), there.credentials(self.theirs)];
        if credentials[0] != credentials[1] {
            let [here, there] = credentials.map(|ways| code(&ways));
            self.note(both, Difference::other("credentials", here, there));
        }
    }

    fn responses(&mut self, both: &Both<'a, '_>) -> Result<(), Dangling> {
        let here = both.here.successes(self.ours)?;
        let there = both.there.successes(self.theirs)?;
        let statuses: BTreeSet<&str> = here.keys().chain(there.keys()).copied().collect();
        for status in statuses {
            let what = format!("status `{status}`");
            match (here.contains_key(status), there.contains_key(status)) {
                (false, _) => self.note(both, Difference::only_there(what, "")),
                (_, false) => self.note(both, Difference::only_here(what)),
                _ => {}
            }
        }
        // A second success status has the same body or none.
        let none = Content::new();
        let has_body = |content: &&Content<'a>| !content.is_empty();
        let first = here.values().find(has_body).unwrap_or(&none);
        let mut bodies = there.iter().filter(|(_, body)| has_body(body)).peekable();
        if bodies.peek().is_none() {
            self.content(both, Direction::Response, first, &none);
        }
        for (status, body) in bodies {
            let same_status = here.get(status).filter(has_body);
            self.content(
                both,
                Direction::Response,
                same_status.unwrap_or(first),
                body,
            );
        }
        Ok(())
    }

    fn request(&mut self, both: &Both<'a, '_>) -> Result<(), Dangling> {
        let here = both.here.request(self.ours)?;
        let there = both.there.request(self.theirs)?;
        if let (Some(here), Some(there)) = (&here, &there) {
            let required = [here.is_required, there.is_required];
            let difference = Difference::of_flags("request", required, REQUIRED);
            difference
                .into_iter()
                .for_each(|difference| self.note(both, difference));
        }
        let [here, there] =
            [here, there].map(|body| body.map(|body| body.content).unwrap_or_default());
        self.content(both, Direction::Request, &here, &there);
        Ok(())
    }

    fn content(
        &mut self,
        both: &Both<'a, '_>,
        direction: Direction,
        here: &Content<'a>,
        there: &Content<'a>,
    ) {
        let what = direction.what();
        let (ours, theirs) = match (preferred(here), preferred(there)) {
            (None, None) => return,
            (Some(_), None) => return self.note(both, Difference::only_here(what)),
            (None, Some((_, schema))) => {
                let there = there.values();
                let spots = there.map(|schema| Spot::of(both.there, what, schema));
                self.unknown.extend(spots);
                let summary = code(&self.theirs.summary(schema));
                return self.note(both, Difference::only_there(what, summary));
            }
            (Some(here), Some(there)) => (here, there),
        };
        let media_types: BTreeSet<&str> = here.keys().chain(there.keys()).copied().collect();
        // Different media types may be used for the same body.
        if !here.keys().any(|media_type| there.contains_key(media_type)) {
            self.body(both, direction, ours.1, theirs.1);
        }
        for media_type in media_types {
            let name = format!("{what} media type `{media_type}`");
            match (here.get(media_type), there.get(media_type)) {
                (Some(here), Some(there)) => self.body(both, direction, here, there),
                (None, Some(schema)) => {
                    self.unknown.push(Spot::of(both.there, what, schema));
                    let [summary, usual] =
                        [schema, theirs.1].map(|schema| self.theirs.summary(schema));
                    let detail = if summary == usual {
                        String::new()
                    } else {
                        code(&summary)
                    };
                    self.note(both, Difference::only_there(name, detail));
                }
                (_, None) => self.note(both, Difference::only_here(name)),
            }
        }
    }

    fn body(
        &mut self,
        both: &Both<'a, '_>,
        direction: Direction,
        here: &'a Value,
        there: &'a Value,
    ) {
        let what = direction.what();
        let spots = (
            Spot::of(both.here, what, here),
            Spot::of(both.there, what, there),
        );
        if let Some(difference) = self.other_type(what, spots.0, spots.1, direction) {
            self.note(both, difference);
        }
    }

    fn parameters(&mut self, both: &Both<'a, '_>) {
        let in_path = |endpoint: &Endpoint<'a>| endpoint.path_parameters();
        for pair in in_path(both.here).into_iter().zip(in_path(both.there)) {
            // Some path parameters belong to the server and are not declared.
            if let (Some(here), Some(there)) = pair {
                let what = format!("path parameter `{}`", here.name);
                self.parameter(both, &what, &here, &there);
            }
        }
        let (mut here, there) = (both.here.parameters(), both.there.parameters());
        for (what, there) in there {
            match here.remove(&what) {
                Some(here) => self.parameter(both, &what, &here, &there),
                None => {
                    let summary = code(&self.theirs.summary(there.schema));
                    self.unknown.push(Spot::of(both.there, &what, there.schema));
                    self.note(both, Difference::only_there(what, summary));
                }
            }
        }
        for what in here.into_keys() {
            self.note(both, Difference::only_here(what));
        }
    }

    fn parameter(
        &mut self,
        both: &Both<'a, '_>,
        what: &str,
        here: &Parameter<'a>,
        there: &Parameter<'a>,
    ) {
        let spots = (
            Spot::of(both.here, what, here.schema),
            Spot::of(both.there, what, there.schema),
        );
        let ty = self.other_type(what, spots.0, spots.1, Direction::Request);
        let required = [here.is_required, there.is_required];
        let deprecated = [here.is_deprecated, there.is_deprecated];
        let required = Difference::of_flags(what, required, REQUIRED);
        let deprecated = Difference::of_flags(what, deprecated, DEPRECATED);
        for difference in [ty, required, deprecated].into_iter().flatten() {
            self.note(both, difference);
        }
    }
}

fn summary_of_servers(servers: BTreeSet<&str>) -> String {
    if servers.is_empty() {
        return "the default server".to_owned();
    }
    let servers: Vec<String> = servers.into_iter().map(code).collect();
    servers.join(" or ")
}
