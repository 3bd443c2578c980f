//! What the methods return.

use std::collections::{BTreeMap, BTreeSet};

use syn::{ImplItem, ImplItemFn, Item, ReturnType, Type, parse_quote};

use super::Operation;
use crate::syn_types::{first_argument, is_free_object, option_of};

/// The `T` in progenitor's `Result<ResponseValue<T>, Error<E>>`. For text, progenitor has a byte stream.
pub(super) fn answer_type(method: &ImplItemFn, operation: &Operation) -> Type {
    if operation.answers_text {
        return parse_quote!(::std::string::String);
    }
    let ReturnType::Type(_, result) = &method.sig.output else {
        return parse_quote!(());
    };
    let value = first_argument(result)
        .and_then(first_argument)
        .cloned()
        .unwrap_or_else(|| parse_quote!(()));
    // A free-form object may contain private keys, so its type must not show values in `Debug`.
    let value = if is_free_object(&value) {
        parse_quote!(crate::JsonObject)
    } else {
        value
    };
    if operation.may_be_empty {
        parse_quote!(::std::option::Option<#value>)
    } else {
        value
    }
}

/// Makes every type that an operation returns decodable by the transport.
pub(crate) fn answers(methods: &Item, with_headers: &BTreeSet<String>) -> Vec<Item> {
    let Item::Impl(methods) = methods else {
        return Vec::new();
    };
    let mut answers = BTreeMap::new();
    for item in &methods.items {
        let ImplItem::Fn(method) = item else { continue };
        let ReturnType::Type(_, result) = &method.sig.output else {
            continue;
        };
        let Some(answer) = first_argument(result) else {
            continue;
        };
        let Type::Path(path) = option_of(answer).unwrap_or(answer) else {
            continue;
        };
        if path.path.segments[0].ident == "types" {
            let name = path
                .path
                .segments
                .last()
                .map(|segment| segment.ident.to_string())
                .unwrap_or_default();
            answers.insert(name, path.clone());
        }
    }
    answers
        .into_iter()
        .map(|(name, ty)| {
            if with_headers.contains(&name) {
                parse_quote!(crate::impl_from_response! { #ty, response_headers })
            } else {
                parse_quote!(crate::impl_from_response! { #ty })
            }
        })
        .collect()
}
