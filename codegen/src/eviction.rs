//! The cached introspection responses that a call makes stale: `x-evicts` of an operation.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::Ident;

use crate::document::{content, is_required, object, reference, sole_reference, success};
use crate::next::HTTP;
use crate::refine::member_name;

/// The extension that names the cached introspection responses that an operation makes stale.
pub const EVICTS: &str = "x-evicts";

/// No existing token changes.
pub const NOTHING: &str = "nothing";

/// Any token may change.
pub const EVERYTHING: &str = "everything";

/// In an object: the places that may name the token that changes. The first one with a value is used.
pub const TOKEN: &str = "token";

/// In an object: the request member, and its value, with which a call changes nothing.
pub const UNLESS: &str = "unless";

/// Marks the value of an action with which Authlete refused the call and changed nothing. A client error in `http` implies it.
pub const REFUSED: &str = "refused";

/// The cached responses that an operation makes stale.
#[derive(Debug)]
pub struct Eviction {
    /// Empty if all responses are stale.
    names: Vec<Name>,
    unless: Option<Unless>,
    /// The values of the action with which nothing changed.
    refusals: Vec<String>,
}

/// Where a call names a token.
#[derive(Debug)]
enum Name {
    /// A parameter in the path.
    Path(String),
    /// A member of the request.
    Member(String),
    /// A parameter of a form, which is a member of the request.
    Form { member: String, parameter: String },
}

#[derive(Debug)]
struct Unless {
    member: String,
    is_required: bool,
    value: String,
}

/// The names that `token` lists: one or several.
pub fn names(evicts: &Value) -> Vec<&str> {
    match &evicts[TOKEN] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

impl Eviction {
    /// `None` if the operation makes no response stale.
    pub fn of(document: &Value, operation: &Value) -> Option<Self> {
        let evicts = operation.get(EVICTS).filter(|evicts| **evicts != NOTHING)?;
        let request = content(&operation["requestBody"])
            .and_then(|(_, schema)| reference(schema))
            .map_or(&Value::Null, |name| {
                &document["components"]["schemas"][name]
            });
        let is_in_path = |name: &str| {
            let mut parameters = operation["parameters"].as_array().into_iter().flatten();
            parameters.any(|parameter| parameter["in"] == "path" && parameter["name"] == name)
        };
        let name = |name: &str| match name.split_once('.') {
            Some((member, parameter)) => Name::Form {
                member: member.to_owned(),
                parameter: parameter.to_owned(),
            },
            None if is_in_path(name) => Name::Path(name.to_owned()),
            None => Name::Member(name.to_owned()),
        };
        let unless = object(&evicts[UNLESS]).iter().next();
        Some(Self {
            names: names(evicts).into_iter().map(name).collect(),
            unless: unless.map(|(member, value)| Unless {
                member: member.clone(),
                is_required: is_required(request, member),
                value: value.as_str().unwrap_or_default().to_owned(),
            }),
            refusals: refusals(document, operation),
        })
    }

    /// The paragraph for the documentation of the method.
    pub fn documentation(&self) -> String {
        let which = match self.names.as_slice() {
            [] => "all cached responses",
            _ => "the cached responses for the token",
        };
        let unless = self.unless.as_ref().map_or_else(String::new, |unless| {
            format!(", unless `{}` is `{}`", unless.member, unless.value)
        });
        format!("With an introspection cache, evicts {which}{unless}.")
    }

    /// Keeps the token from the path parameter before the parameter is percent-encoded.
    pub fn before_escaping(&self) -> TokenStream {
        let in_path = self.names.iter().filter_map(|name| match name {
            Name::Path(parameter) => Some(format_ident!("{}", parameter.to_snake_case())),
            _ => None,
        });
        quote! {
            #(
                #[cfg(feature = "introspection-cache")]
                let token = #in_path;
            )*
        }
    }

    /// Begins the eviction before the request is sent.
    pub fn begin(&self, operation: &Ident) -> TokenStream {
        let mut names = self.names.iter().map(Name::expression);
        let first = names.next().unwrap_or_else(|| quote!(None));
        let eviction =
            quote!(self.eviction(&operations::#operation, || #first #(.or_else(|| #names))*));
        let eviction = match &self.unless {
            None => eviction,
            Some(unless) => {
                let condition = unless.condition();
                quote!(if #condition { None } else { #eviction })
            }
        };
        quote! {
            #[cfg(feature = "introspection-cache")]
            let eviction = #eviction;
        }
    }

    /// Concludes the eviction after a response or an error.
    pub fn conclude(&self) -> TokenStream {
        let refusals = &self.refusals;
        let is_refusal = match refusals.is_empty() {
            true => quote!(answer.as_ref().map(|_| false)),
            false => quote!(
                answer
                    .as_ref()
                    .map(|answer| matches!(answer.action.as_str(), #(#refusals)|*))
            ),
        };
        quote! {
            #[cfg(feature = "introspection-cache")]
            if let Some(eviction) = eviction {
                Box::pin(eviction.conclude(#is_refusal)).await;
            }
        }
    }
}

impl Name {
    /// The expression for the name in a call: an `Option<Cow<str>>`.
    fn expression(&self) -> TokenStream {
        match self {
            Self::Path(_) => quote!(Some(token.into())),
            Self::Member(member) => {
                let member = member_name(member);
                quote!(crate::introspection_cache::TokenName::name(&body.#member))
            }
            Self::Form { member, parameter } => {
                let member = member_name(member);
                quote!(crate::introspection_cache::form_parameter(&body.#member, #parameter))
            }
        }
    }
}

impl Unless {
    fn condition(&self) -> TokenStream {
        let member = member_name(&self.member);
        let value = &self.value;
        match self.is_required {
            true => quote!(body.#member.as_str() == #value),
            false => quote!(body.#member.as_ref().is_some_and(|value| value.as_str() == #value)),
        }
    }
}

/// The values of the action in the response with which nothing changed.
fn refusals(document: &Value, operation: &Value) -> Vec<String> {
    let schemas = &document["components"]["schemas"];
    let action = success(operation)
        .and_then(|(_, response)| content(response))
        .and_then(|(_, schema)| reference(schema))
        .and_then(|name| sole_reference(&schemas[name]["properties"]["action"]));
    let values = action.and_then(|name| schemas[name]["x-values"].as_array());
    values
        .into_iter()
        .flatten()
        .filter(|value| is_refusal(value))
        .filter_map(|value| value["value"].as_str().map(str::to_owned))
        .collect()
}

fn is_refusal(value: &Value) -> bool {
    is_client_error(value) || value[REFUSED] == true
}

/// Whether the server answers the value of an action with a status from 400 to 499.
pub fn is_client_error(value: &Value) -> bool {
    matches!(value[HTTP]["status"].as_u64(), Some(400..=499))
}
