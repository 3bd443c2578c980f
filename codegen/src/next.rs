//! What a server does with each response of Authlete: `http` and `next` of the values of an action.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;
use syn::Item;

use crate::document::{content, object, operations, reference, sole_reference, success};
use crate::refine::type_name;

/// The HTTP response that the server sends for the value of an action.
pub const HTTP: &str = "http";

/// The operations that the server calls next for the value of an action, after its decision.
pub const NEXT: &str = "next";

/// The headers that `responseContent` can be the value of.
pub const HEADERS: [&str; 2] = ["Location", "WWW-Authenticate"];

/// The challenged party: a client that authenticates, or the bearer of a token.
pub const CHALLENGES: [&str; 2] = ["client", "bearer"];

/// The enum and the method of each response that has an action.
pub fn types(document: &Value) -> Vec<Item> {
    actions(document).iter().map(Answer::item).collect()
}

/// The responses that have an action.
pub(crate) fn actions(document: &Value) -> Vec<Answer<'_>> {
    let schemas = object(&document["components"]["schemas"]);
    let mut answers = BTreeMap::new();
    for entry in operations(document) {
        let answer = success(entry.value)
            .and_then(|(_, response)| content(response))
            .and_then(|(_, schema)| reference(schema));
        let Some(name) = answer else { continue };
        let action = schemas
            .get(name)
            .map(|schema| &schema["properties"]["action"]);
        let action = action.and_then(sole_reference);
        if let Some(action) = action.filter(|action| schemas.contains_key(*action)) {
            let ids: &mut Vec<&str> = answers.entry((name, action)).or_default();
            ids.push(entry.id());
        }
    }
    let answers = answers.into_iter();
    answers
        .map(|((name, action), operations)| Answer {
            document,
            name,
            action,
            operations,
            members: &schemas[name]["properties"],
            values: schemas[action]["x-values"]
                .as_array()
                .map_or(&[], Vec::as_slice),
        })
        .collect()
}

/// The schema that an operation takes.
fn request<'a>(document: &'a Value, id: &str) -> Option<&'a Value> {
    let entry = operations(document).find(|entry| entry.id() == id)?;
    let (_, schema) = content(&entry.value["requestBody"])?;
    Some(&document["components"]["schemas"][reference(schema)?])
}

/// A response that has an action.
pub(crate) struct Answer<'a> {
    document: &'a Value,
    /// The schema of the response.
    name: &'a str,
    /// The schema of the action.
    pub(crate) action: &'a str,
    /// The operations that return it.
    pub(crate) operations: Vec<&'a str>,
    pub(crate) members: &'a Value,
    values: &'a [Value],
}

impl Answer<'_> {
    /// The names of the types of the response and of its next steps.
    pub(crate) fn types(&self) -> (Ident, Ident) {
        let name = type_name(self.name);
        let next = format_ident!("{}Next", name.strip_suffix("Response").unwrap_or(&name));
        (format_ident!("{name}"), next)
    }

    /// Whether a value of the action challenges the client, so that the method takes what the client presented.
    pub(crate) fn takes_credentials(&self) -> bool {
        let asks = |value: &Value| value[HTTP]["challenge"] == CHALLENGES[0];
        self.values.iter().any(asks)
    }

    fn item(&self) -> Item {
        let (answer, next) = self.types();
        let action = format_ident!("{}", type_name(self.action));
        let names: Vec<_> = self.operations.iter().map(|id| format!("`{id}`")).collect();
        let doc = format!(
            " What your server does with the answer of {}.",
            names.join(", ")
        );
        let (decided, sent): (Vec<_>, Vec<_>) = self
            .values
            .iter()
            .partition(|value| value.get(NEXT).is_some());
        let sent = sent.into_iter().map(|value| self.value(value));
        let decided = decided.into_iter().map(|value| self.value(value));
        let of = |member: &str, field: &str| match self.members.get(member) {
            Some(_) => {
                let field = format_ident!("{field}");
                quote!(#field)
            }
            None => quote!(),
        };
        let content = of("responseContent", "response_content");
        let headers = [
            of("dpopNonce", "dpop_nonce"),
            of("attestationChallenge", "attestation_challenge"),
        ];
        let credentials = self.takes_credentials().then(|| quote!(credentials));
        syn::parse_quote! {
            crate::server::next! {
                #[doc = #doc]
                #next = #answer, #action, [#content], [#(#headers)*], [#credentials];
                #(#sent)* @ #(#decided)*
            }
        }
    }

    fn value(&self, value: &Value) -> TokenStream {
        let variant = format_ident!(
            "{}",
            value["value"]
                .as_str()
                .unwrap_or_default()
                .to_upper_camel_case()
        );
        let doc = format!(" {}", value["description"].as_str().unwrap_or_default());
        let plan = value.get(HTTP).map(plan);
        let Some(next) = value.get(NEXT) else {
            return quote!(respond #variant = #plan;);
        };
        let ids = next
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let needs_ticket = ids
            .filter_map(|id| request(self.document, id)?["required"].as_array())
            .flatten()
            .any(|member| member == "ticket");
        let ticket = (needs_ticket && self.members.get("ticket").is_some()).then(|| quote!(ticket));
        let response = plan.map(|plan| quote!(response = #plan));
        quote!(decide #[doc = #doc] #variant [#ticket] [#response];)
    }
}

/// The response, as `crate::server::Plan`.
fn plan(http: &Value) -> TokenStream {
    let status = http["status"].as_u64().unwrap_or_default() as u16;
    let is_optional = http["optional"] == true;
    let content = match (http["body"].as_str(), http["header"].as_str()) {
        (Some(media_type), _) if is_optional => quote!(OptionalBody(#media_type)),
        (Some(media_type), _) => quote!(Body(#media_type)),
        (None, Some(header)) => {
            let header = header.to_ascii_lowercase();
            quote!(Header(#header))
        }
        // A failure without content is an error of the server itself.
        (None, None) if status >= 400 => quote!(ServerError),
        (None, None) => quote!(Nothing),
    };
    let challenge = match http["challenge"].as_str() {
        Some(challenge) => {
            let challenge = format_ident!("{}", challenge.to_upper_camel_case());
            quote!(#challenge)
        }
        None => quote!(Nobody),
    };
    quote!((#status, #content, #challenge))
}
