//! Runs progenitor on the description and refines what it emits.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::OpenAPI;
use progenitor_impl::{GenerationSettings, Generator, TypeImpl};
use schemars::schema::{InstanceType, SchemaObject};
use serde_json::Value;
use syn::{Item, parse_quote};

use crate::description::Description;
use crate::diagnostic::Diagnostics;
use crate::document::object;
use crate::operations::Operation;
use crate::prepare::{keep_single_bodies, prepare};
use crate::probe::probe;
use crate::refine::{SchemaInfo, type_name};
use crate::{check, next, operations, pages, refine, request_credentials};

/// The string formats whose type replaces that of progenitor. A time stays a string, so that callers choose the library
/// that parses it.
const CONVERSIONS: [(&str, &str); 3] = [
    ("password", "crate::Secret"),
    ("date-time", "::std::string::String"),
    ("client-identifier", "crate::ClientIdentifier"),
];

/// The code that is generated for a description.
#[derive(Debug)]
pub struct Generated {
    /// The types, the methods and the table of operations.
    pub client: syn::File,
    /// The test code that calls all operations and decodes all types.
    pub probe: syn::File,
}

/// Generates the client for a description.
///
/// # Errors
/// The errors that [`check::check`] finds, or an error of progenitor.
pub fn generate(description: &Description) -> Result<Generated, Diagnostics> {
    check::check(description)?;
    let flat = description.flat();
    let emitted = run_progenitor(&prepare(&flat)).map_err(in_document)?;
    let operations = operations::read(&flat);
    let client = refined(emitted, &flat, &operations);
    let probe = probe(&client, &flat, &operations);
    Ok(Generated { client, probe })
}

/// The output of progenitor in its positional style, without our refinements: the baseline of the build-time measurement.
///
/// # Errors
/// The errors of the description.
pub fn unrefined(description: &Description) -> Result<syn::File, Diagnostics> {
    check::check(description)?;
    let mut document = description.flat();
    keep_single_bodies(&mut document);
    let spec = read(&document).map_err(in_document)?;
    tokens(&GenerationSettings::new(), &spec).map_err(in_document)
}

fn in_document(message: String) -> Diagnostics {
    Diagnostics::one("openapi".as_ref(), "the merged document", message)
}

fn run_progenitor(document: &Value) -> Result<syn::File, String> {
    let spec = read(document)?;
    let mut settings = GenerationSettings::new();
    for (format, ty) in CONVERSIONS {
        let schema = SchemaObject {
            instance_type: Some(InstanceType::String.into()),
            format: Some(format.to_owned()),
            ..SchemaObject::default()
        };
        settings.with_conversion(schema, ty, [TypeImpl::Display].into_iter());
    }
    tokens(&settings, &spec)
}

fn read(document: &Value) -> Result<OpenAPI, String> {
    serde_json::from_value(document.clone()).map_err(|error| error.to_string())
}

fn tokens(settings: &GenerationSettings, spec: &OpenAPI) -> Result<syn::File, String> {
    let tokens = Generator::new(settings)
        .generate_tokens(spec)
        .map_err(|error| error.to_string())?;
    syn::parse2(tokens).map_err(|error| error.to_string())
}

/// Refines progenitor's types and the methods of its client. The rest is dropped, because the transport replaces it.
fn refined(
    emitted: syn::File,
    flat: &Value,
    operations: &BTreeMap<String, Operation>,
) -> syn::File {
    let mut type_items = Vec::new();
    let mut method_items = Vec::new();
    for item in emitted.items {
        match item {
            Item::Mod(module) if module.ident == "types" => {
                let items = module.content.map(|(_, items)| items).unwrap_or_default();
                type_items = refine::types(items, &SchemaInfo::of(flat));
            }
            Item::Impl(block) if block.trait_.is_none() => method_items.extend(block.items),
            _ => {}
        }
    }
    let methods = operations::methods(method_items, operations);
    let answers = operations::answers(&methods, &types_with_headers(flat));
    let table = operations::table(operations);
    let members = member_names(flat);
    let next = next::types(flat);
    let credentials = request_credentials::methods(flat);
    let pages = pages::implementations(flat);
    parse_quote! {
        #[doc = " The objects and enums of the API."]
        pub mod types {
            #(#type_items)*
            /// Whether an object of the API has a member of this name.
            pub(crate) fn is_member(name: &str) -> bool {
                const NAMES: &str = #members;
                NAMES.split(' ').any(|known| known == name)
            }
        }
        #table
        #[doc = " What a server does with each answer."]
        pub mod next {
            #(#next)*
        }
        #(#credentials)*
        #methods
        #(#answers)*
        #(#pages)*
    }
}

/// The names of all members of all objects, in one string to keep the generated source short.
fn member_names(flat: &Value) -> String {
    let schemas = object(&flat["components"]["schemas"]).values();
    let names: BTreeSet<&str> = schemas
        .flat_map(|schema| object(&schema["properties"]).keys())
        .map(String::as_str)
        .collect();
    names.into_iter().collect::<Vec<_>>().join(" ")
}

/// The types with a member for the headers of the HTTP response.
fn types_with_headers(flat: &Value) -> BTreeSet<String> {
    object(&flat["components"]["schemas"])
        .iter()
        .filter(|(_, schema)| schema["properties"].get("responseHeaders").is_some())
        .map(|(name, _)| type_name(name))
        .collect()
}
