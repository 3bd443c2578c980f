//! Refines the types that progenitor emits.
//!
//! Each step enforces a rule that the description cannot express.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::ext::IdentExt as _;
use syn::{Attribute, Field, Fields, Ident, Item, ItemEnum, ItemStruct, Type, parse_quote};

use crate::description::TEXT_MEMBER;
use crate::document::object;
use crate::prepare::{query_name, schemas_in_requests, schemas_in_responses, short_enum_name};
use crate::syn_attributes::{is_doc, separate_from_slashes, serde_rename, serialized_name};
use crate::syn_types::{is_free_object, is_integer, is_map, is_number_or_flag, list_of, option_of};

/// Information from the description that progenitor's output lacks.
pub struct SchemaInfo {
    /// For each type that requests contain: its required members, in the order of the description.
    constructors: BTreeMap<String, Vec<String>>,
    /// The types that responses contain.
    in_answers: BTreeSet<String>,
    /// For each type that may be a plain string: the member that the string is.
    text_members: BTreeMap<String, String>,
    /// For each enum: the protocol values by the values of Authlete.
    protocol_values: BTreeMap<String, BTreeMap<String, String>>,
    /// For each enum: the descriptions of its values.
    value_descriptions: BTreeMap<String, BTreeMap<String, String>>,
}

impl SchemaInfo {
    /// Reads a document whose compositions are flat.
    pub fn of(document: &Value) -> Self {
        let schemas = object(&document["components"]["schemas"]);
        let in_requests = schemas_in_requests(document);
        let mut constructors: BTreeMap<String, Vec<String>> = in_requests
            .iter()
            .filter(|name| name.ends_with("Query"))
            .map(|name| (name.clone(), vec![]))
            .collect();
        for name in in_requests
            .iter()
            .filter(|name| schemas.contains_key(*name))
        {
            let required = schemas[name]["required"].as_array().into_iter().flatten();
            let required = required
                .filter_map(Value::as_str)
                .filter(|member| *member != "action");
            constructors.insert(type_name(name), required.map(str::to_owned).collect());
        }
        let by_enum = |key: &str| {
            schemas
                .iter()
                .filter(|(_, schema)| schema.get("x-values").is_some())
                .map(|(name, schema)| (type_name(name), enum_values(schema, key)))
                .collect()
        };
        Self {
            constructors,
            in_answers: schemas_in_responses(document)
                .iter()
                .map(|name| type_name(name))
                .collect(),
            text_members: schemas
                .iter()
                .filter_map(|(name, schema)| {
                    Some((type_name(name), schema[TEXT_MEMBER].as_str()?.to_owned()))
                })
                .collect(),
            protocol_values: by_enum("protocol"),
            value_descriptions: by_enum("description"),
        }
    }
}

/// The texts of an enum for `key`, by the values of Authlete.
fn enum_values(schema: &Value, key: &str) -> BTreeMap<String, String> {
    let values = schema["x-values"].as_array().into_iter().flatten();
    values
        .filter_map(|value| {
            Some((
                value["value"].as_str()?.to_owned(),
                value[key].as_str()?.to_owned(),
            ))
        })
        .collect()
}

/// The Rust name of a schema.
pub fn type_name(schema: &str) -> String {
    short_enum_name(schema).to_upper_camel_case()
}

/// The Rust name of a member of an object. Like progenitor, adds an underscore to a keyword.
pub fn member_name(member: &str) -> Ident {
    let name = member.to_snake_case();
    syn::parse_str(&name).unwrap_or_else(|_| format_ident!("{name}_"))
}

/// The Rust name of the struct for an operation's query.
pub fn query_type(operation_id: &str) -> Ident {
    format_ident!("{}", query_name(operation_id))
}

/// Refines the items of progenitor's `types` module.
pub fn types(items: Vec<Item>, schema_info: &SchemaInfo) -> Vec<Item> {
    items
        .into_iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some(refine_struct(item, schema_info)),
            Item::Enum(item) => Some(vec![open_enum(&item, schema_info)]),
            // Conversions and defaults of progenitor are replaced by the macros in `src/`.
            _ => None,
        })
        .flatten()
        .collect()
}

fn refine_struct(mut item: ItemStruct, schema_info: &SchemaInfo) -> Vec<Item> {
    let name = item.ident.to_string();
    let required = schema_info.constructors.get(&name).cloned();
    let in_answers = schema_info.in_answers.contains(&name);
    let has_default = in_answers || required.as_ref().is_none_or(Vec::is_empty);
    item.attrs.retain(is_doc);
    item.attrs.iter_mut().for_each(separate_from_slashes);
    item.attrs.extend(struct_attributes(has_default));
    for field in named_fields(&mut item) {
        field.attrs.iter_mut().for_each(separate_from_slashes);
        keep_unknown_members_out_of_debug(field);
        keep_free_objects_out_of_debug(field);
        leave_out_unset_action(field);
        take_headers_from_transport(field);
    }
    let mut items = vec![impl_deserialize(
        &item,
        schema_info.text_members.get(&name),
        has_default,
    )];
    if let Some(required) = required {
        items.push(constructor(&item, &required));
        items.extend(setters(&item, &required));
    }
    items.insert(0, Item::Struct(item));
    items
}

/// `non_exhaustive`, because Authlete adds members, which must not break a user's build.
fn struct_attributes(has_default: bool) -> Vec<Attribute> {
    let default = has_default.then(|| quote!(, Default));
    parse_quote! {
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize #default)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        #[non_exhaustive]
    }
}

fn named_fields(item: &mut ItemStruct) -> impl Iterator<Item = &mut Field> {
    match &mut item.fields {
        Fields::Named(fields) => Some(fields.named.iter_mut()),
        _ => None,
    }
    .into_iter()
    .flatten()
}

/// Unknown members may be secrets.
fn keep_unknown_members_out_of_debug(field: &mut Field) {
    if field.ident.as_ref().is_some_and(|name| name == "extra") {
        field.attrs.insert(
            0,
            parse_quote!(#[doc = " Members that this version of the crate does not know; see [JSON](crate::guide::json)."]),
        );
        field.ty = parse_quote!(crate::JsonObject);
    }
}

/// Free-form objects may contain secrets, too.
fn keep_free_objects_out_of_debug(field: &mut Field) {
    if option_of(&field.ty).is_some_and(is_free_object) {
        field.ty = parse_quote!(::std::option::Option<crate::JsonObject>);
    }
}

/// `action` is not an `Option`, because callers match on it. A response without an action is encoded without one.
fn leave_out_unset_action(field: &mut Field) {
    if is_action(field) {
        let ty = &field.ty;
        let is_unset = format!("{}::is_unset", quote!(#ty));
        field
            .attrs
            .push(parse_quote!(#[serde(default, skip_serializing_if = #is_unset)]));
    }
}

fn is_action(field: &Field) -> bool {
    field.ident.as_ref().is_some_and(|name| name == "action") && option_of(&field.ty).is_none()
}

/// Objects are decoded by a macro of the crate that accepts missing members, `null` anywhere, unknown members and integers
/// as strings. Without a default, the members that are not optional are required.
fn impl_deserialize(item: &ItemStruct, text_member: Option<&String>, has_default: bool) -> Item {
    let name = &item.ident;
    let members = item.fields.iter().filter_map(|field| {
        let ident = field.ident.as_ref().filter(|ident| *ident != "extra")?;
        let key = serialized_name(field);
        let value = option_of(&field.ty);
        let kind = if value.is_some_and(|inner| list_of(inner).is_some()) {
            quote!(list)
        } else if value.is_some_and(is_map) {
            quote!(map)
        } else if is_action(field) {
            quote!(or_default)
        } else if value.is_some_and(is_integer) {
            quote!(integer)
        } else {
            quote!(value)
        };
        Some(quote!(#kind #ident = #key))
    });
    let text = text_member.map(|member| {
        let (ident, ty) = field_of(item, member);
        match option_of(ty) {
            Some(_) => quote!(, text => #ident: Some),
            None => quote!(, text => #ident: ::std::convert::identity),
        }
    });
    let required = item.fields.iter().filter(|field| {
        let is_extra = field.ident.as_ref().is_some_and(|ident| ident == "extra");
        !is_extra && option_of(&field.ty).is_none()
    });
    let required: Vec<String> = required.map(serialized_name).collect();
    let required = (!has_default).then(|| quote!(, required => [#(#required),*]));
    parse_quote!(crate::impl_deserialize! { #name { #(#members),* } #text #required })
}

/// The headers of the HTTP response are moved into the value, not copied into a map of strings.
fn take_headers_from_transport(field: &mut Field) {
    if field
        .ident
        .as_ref()
        .is_some_and(|name| name == "response_headers")
    {
        field.ty = parse_quote!(::std::option::Option<crate::ResponseHeaders>);
    }
}

/// `new` takes the required members, so that the compiler enforces them. Other members have setters.
fn constructor(item: &ItemStruct, required: &[String]) -> Item {
    let name = &item.ident;
    if required.is_empty() {
        let doc = " Creates an empty value; add members with the methods of the same name.";
        return parse_quote! {
            impl #name {
                #[doc = #doc]
                #[inline]
                pub fn new() -> Self {
                    Self::default()
                }
            }
        };
    }
    let parameters = required.iter().map(|member| {
        let (field, ty) = field_of(item, member);
        let ty = option_of(ty).unwrap_or(ty);
        if is_number_or_flag(ty) {
            quote!(#field: #ty)
        } else {
            quote!(#field: impl ::std::convert::Into<#ty>)
        }
    });
    let values = item.fields.iter().filter_map(|field| {
        let ident = field.ident.as_ref()?;
        Some(
            if !required
                .iter()
                .any(|member| serialized_name(field) == *member)
            {
                quote!(#ident: ::std::default::Default::default())
            } else {
                let (is_optional, ty) =
                    option_of(&field.ty).map_or((false, &field.ty), |inner| (true, inner));
                match (is_optional, is_number_or_flag(ty)) {
                    (true, true) => quote!(#ident: ::std::option::Option::Some(#ident)),
                    (true, false) => quote!(#ident: ::std::option::Option::Some(#ident.into())),
                    (false, true) => quote!(#ident),
                    (false, false) => quote!(#ident: #ident.into()),
                }
            },
        )
    });
    let doc = " Creates a value with the required members; add other members with the methods of the same name.";
    parse_quote! {
        impl #name {
            #[doc = #doc]
            #[inline]
            pub fn new(#(#parameters),*) -> Self {
                Self { #(#values),* }
            }
        }
    }
}

/// The chainable methods of each optional member.
fn setters(item: &ItemStruct, required: &[String]) -> Option<Item> {
    let name = &item.ident;
    let members: Vec<TokenStream> = item
        .fields
        .iter()
        .filter(|field| !required.contains(&serialized_name(field)))
        .filter_map(|field| {
            let ident = field.ident.as_ref()?;
            let inner = option_of(&field.ty)?;
            let maybe = format_ident!("maybe_{}", ident.unraw());
            Some(match list_of(inner) {
                Some(element) => quote!(list #ident #maybe: #element),
                None if is_number_or_flag(inner) => quote!(plain #ident #maybe: #inner),
                None => quote!(into #ident #maybe: #inner),
            })
        })
        .collect();
    (!members.is_empty()).then(|| parse_quote!(crate::setters! { #name { #(#members),* } }))
}

fn field_of<'a>(item: &'a ItemStruct, member: &str) -> (&'a Ident, &'a Type) {
    item.fields
        .iter()
        .find(|field| serialized_name(field) == member)
        .and_then(|field| Some((field.ident.as_ref()?, &field.ty)))
        .unwrap_or_else(|| {
            unreachable!(
                "the checks found required member {member} in {}",
                item.ident
            )
        })
}

/// A closed enum would fail to decode new values. `open_enum!` adds a variant for unknown values, and conversions from and
/// to the values of Authlete and of the protocols.
fn open_enum(item: &ItemEnum, schema_info: &SchemaInfo) -> Item {
    let name = &item.ident;
    let docs = item
        .attrs
        .iter()
        .filter(|attribute| is_doc(attribute))
        .cloned()
        .map(|mut doc| {
            separate_from_slashes(&mut doc);
            doc
        });
    let protocol_values = schema_info.protocol_values.get(&name.to_string());
    let descriptions = schema_info.value_descriptions.get(&name.to_string());
    let variants = item.variants.iter().map(|variant| {
        let ident = &variant.ident;
        let word = serde_rename(&variant.attrs).unwrap_or_else(|| ident.to_string());
        let doc = descriptions
            .and_then(|all| all.get(&word))
            .map(|text| format!(" {text}"));
        let protocol = protocol_values
            .and_then(|all| all.get(&word))
            .map(|protocol| quote!(=> #protocol));
        quote! {
            #[doc = #doc]
            #ident = #word #protocol
        }
    });
    parse_quote! {
        crate::open_enum! {
            #(#docs)*
            #name { #(#variants),* }
        }
    }
}
