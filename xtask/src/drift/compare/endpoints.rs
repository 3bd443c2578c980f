//! What two documents say of one endpoint.

use std::collections::{BTreeMap, BTreeSet};

use super::super::difference::{DEPRECATED, Difference, REQUIRED, code};
use super::super::document::Dangling;
use super::super::endpoint::{Body, Endpoint, Parameter, endpoints};
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
        let (ours, mistakes_here) = endpoints(self.ours);
        let (theirs, mistakes_there) = endpoints(self.theirs);
        for mistake in mistakes_here.into_iter().chain(mistakes_there) {
            self.not_compared(mistake);
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
        self.drift
            .count_endpoints(theirs.len(), ours.len(), in_both.len());
        // All responses come before the first request: what a response has as well is required of neither.
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
        if let Some(difference) = Difference::either("the endpoint", states, DEPRECATED) {
            self.note(both, difference);
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
        // A second status of success has the same body or none.
        let first = here.values().flatten().next();
        let bodies: BTreeMap<&str, &Body<'a>> = there
            .iter()
            .filter_map(|(status, body)| Some((*status, body.as_ref()?)))
            .collect();
        if bodies.is_empty() {
            self.body(both, Direction::Response, first, None);
        }
        for (status, body) in bodies {
            let same_status = here.get(status).and_then(Option::as_ref);
            self.body(both, Direction::Response, same_status.or(first), Some(body));
        }
        Ok(())
    }

    fn request(&mut self, both: &Both<'a, '_>) -> Result<(), Dangling> {
        let here = both.here.request(self.ours)?;
        let there = both.there.request(self.theirs)?;
        self.body(both, Direction::Request, here.as_ref(), there.as_ref());
        Ok(())
    }

    fn body(
        &mut self,
        both: &Both<'a, '_>,
        direction: Direction,
        here: Option<&Body<'a>>,
        there: Option<&Body<'a>>,
    ) {
        let what = direction.what();
        let spot = |endpoint: &Endpoint<'a>, body: &Body<'a>| Spot::of(endpoint, what, body.schema);
        match (here, there) {
            (None, None) => {}
            (Some(_), None) => self.note(both, Difference::only_here(what)),
            (None, Some(there)) => {
                self.unknown.push(spot(both.there, there));
                let told = code(&self.theirs.told(there.schema));
                self.note(both, Difference::only_there(what, told));
            }
            (Some(here), Some(there)) => {
                if here.media_type != there.media_type {
                    let what = format!("{what} media type");
                    let [here, there] = [here, there].map(|body| code(body.media_type));
                    self.note(both, Difference::other(&what, here, there));
                }
                let spots = (spot(both.here, here), spot(both.there, there));
                if let Some(difference) = self.other_type(what, spots.0, spots.1, direction) {
                    self.note(both, difference);
                }
            }
        }
    }

    fn parameters(&mut self, both: &Both<'a, '_>) {
        let in_path = |endpoint: &Endpoint<'a>| endpoint.path_parameters();
        for pair in in_path(both.here).into_iter().zip(in_path(both.there)) {
            // Some of the parameters belong to the server, of which nothing more is said.
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
                    let told = code(&self.theirs.told(there.schema));
                    self.unknown.push(Spot::of(both.there, &what, there.schema));
                    self.note(both, Difference::only_there(what, told));
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
        let required = Difference::either(what, required, REQUIRED);
        let deprecated = Difference::either(what, deprecated, DEPRECATED);
        for difference in [ty, required, deprecated].into_iter().flatten() {
            self.note(both, difference);
        }
    }
}
