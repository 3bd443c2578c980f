//! The documentation of a method.

use heck::ToSnakeCase;
use serde_json::Value;

use super::extensions::{answers_text, hosted_replacement, is_repeatable, single_use};
use super::{ApiRoot, Route, V2, V3};
use crate::eviction::Eviction;
use crate::pages::{self, PAGES};

const REPEATABLE_CALL: &str =
    "Changes nothing, and is retried even if the first request may have been processed";

/// The documentation of operations with a text response.
const TEXT_ANSWER: &str = "Returns the text unchanged, or an empty string if there is no body. A text with an error status is \
    [`Error::Api`](crate::Error::Api), which has the status and the beginning of the text.";

/// The paragraphs of the method's documentation.
pub(super) fn documentation(
    operation: &Value,
    eviction: Option<&Eviction>,
    v2: Option<&Route>,
    v3: Option<&Route>,
) -> Vec<String> {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut paragraphs = vec![
        text(operation, "summary") + ".",
        text(operation, "description"),
    ];
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let in_path = parameters
        .filter(|parameter| parameter["in"] == "path")
        .map(|parameter| {
            let argument = text(parameter, "name").to_snake_case();
            format!("- `{argument}`: {}", text(parameter, "description"))
        });
    paragraphs.push(in_path.collect::<Vec<_>>().join("\n"));
    if answers_text(operation) {
        paragraphs.push(TEXT_ANSWER.to_owned());
    }
    if let Some(replacement) = hosted_replacement(operation) {
        paragraphs.push(format!(
            "Fails with [`Error::NotCallable`](crate::Error::NotCallable) on Authlete's own 3.0 servers (`*.authlete.com`) \
             and sends nothing: call [`{replacement}`](Self::{replacement}) there."
        ));
    }
    match single_use(operation) {
        Some(member) => paragraphs.push(format!(
            "{REPEATABLE_CALL}, unless the request has a `{member}`, which is single-use."
        )),
        None if is_repeatable(operation) => paragraphs.push(format!("{REPEATABLE_CALL}.")),
        None => {}
    }
    if operation.get(PAGES).is_some() {
        paragraphs.push(pages::DOCUMENTATION.to_owned());
    }
    paragraphs.extend(eviction.map(Eviction::documentation));
    let routes = [(V3, v3), (V2, v2)].map(|(version, route)| match route {
        Some(route) => {
            let api = match route.root {
                ApiRoot::Organization => " of the organization API",
                ApiRoot::Service | ApiRoot::Api => "",
            };
            format!(
                "`{} /api{}`{api} in {version}",
                route.method,
                route.full_path()
            )
        }
        None => format!("not in {version}"),
    });
    paragraphs.push(format!("{}.", routes.join(", ")));
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

impl Route {
    /// The path below `/api`.
    fn full_path(&self) -> String {
        let root = match self.root {
            ApiRoot::Service => "/{serviceId}",
            ApiRoot::Api | ApiRoot::Organization => "",
        };
        format!("{root}{}", self.path)
    }
}
