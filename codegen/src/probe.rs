//! Generates test code that calls every operation and decodes every type by name.

use std::collections::BTreeMap;

use quote::{format_ident, quote};
use serde_json::Value;
use syn::{FnArg, ImplItem, Item, Stmt, Type, parse_quote};

use crate::document::object;
use crate::next::{Answer, actions};
use crate::operations::Operation;
use crate::prepare::query_name;
use crate::refine::type_name;

/// The source of the probe: `call` calls an operation by its ID, `decode` decodes JSON by the name of its schema, `next` takes
/// the next step after a response.
pub fn probe(
    client: &syn::File,
    flat: &Value,
    operations: &BTreeMap<String, Operation>,
) -> syn::File {
    let calls = methods(client).map(call);
    let schemas = object(&flat["components"]["schemas"]);
    let queries = operations
        .values()
        .filter(|operation| operation.has_named_query())
        .map(Operation::id)
        .map(query_name);
    let names = schemas.keys().cloned().chain(queries);
    let decoders = names.map(|name| {
        let ty = format_ident!("{}", type_name(&name));
        quote!(#name => decoded::<authlete::types::#ty>(text))
    });
    let answers = actions(flat);
    let steps = answers.iter().map(step);
    parse_quote! {
        /// Calls an operation with its path parameters by name, its `query` and its `body`.
        pub async fn call(api: &authlete::Authlete, id: &str, arguments: &Value) -> authlete::Result<Value> {
            match id {
                #(#calls,)*
                other => panic!("no operation {other}"),
            }
        }

        /// Decodes text as the type of a schema, and encodes it again.
        pub fn decode(schema: &str, text: &str) -> serde_json::Result<Decoded> {
            match schema {
                #(#decoders,)*
                other => panic!("no schema {other}"),
            }
        }

        /// The HTTP response that a server sends for the response of an operation, or `None` if the server has to decide.
        /// `None` instead of a result if the response of the operation has no action.
        #[allow(unreachable_patterns, reason = "some responses leave no decision")]
        pub fn next(
            id: &str,
            text: &str,
            credentials: &authlete::server::RequestCredentials,
        ) -> Option<serde_json::Result<Option<authlete::server::Response>>> {
            Some(match id {
                #(#steps)*
                _ => return None,
            })
        }
    }
}

fn methods(client: &syn::File) -> impl Iterator<Item = &syn::ImplItemFn> {
    let blocks = client.items.iter().filter_map(|item| match item {
        Item::Impl(block) => Some(&block.items),
        _ => None,
    });
    blocks.flatten().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    })
}

fn call(method: &syn::ImplItemFn) -> proc_macro2::TokenStream {
    let name = &method.sig.ident;
    let id = name.to_string();
    let arguments: Vec<_> = method.sig.inputs.iter().filter_map(typed).collect();
    let bindings = arguments.iter().map(|(ident, ty)| binding(ident, ty));
    let passed = arguments.iter().map(|(ident, ty)| match ty {
        Type::Reference(_) => quote!(&#ident),
        _ => quote!(#ident),
    });
    quote! {
        #id => {
            #(#bindings)*
            api.#name(#(#passed),*).await.map(|answer| json!(answer))
        }
    }
}

fn step(answer: &Answer<'_>) -> proc_macro2::TokenStream {
    let ids = &answer.operations;
    let (ty, next) = answer.types();
    let credentials = answer.takes_credentials().then(|| quote!(credentials));
    quote! {
        #(#ids)|* => serde_json::from_str::<authlete::types::#ty>(text).map(|answer| match answer.next(#credentials) {
            authlete::server::#next::Respond(response) => Some(response),
            _ => None,
        }),
    }
}

fn typed(argument: &FnArg) -> Option<(&syn::Ident, &Type)> {
    match argument {
        FnArg::Typed(typed) => match &*typed.pat {
            syn::Pat::Ident(pattern) => Some((&pattern.ident, &typed.ty)),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    }
}

fn binding(ident: &syn::Ident, ty: &Type) -> Stmt {
    let key = ident.to_string();
    let ty = owned(ty);
    parse_quote!(let #ident: #ty = argument(arguments, #key);)
}

/// The owned type for an argument.
fn owned(ty: &Type) -> Type {
    match ty {
        Type::Reference(reference) => owned(&reference.elem),
        Type::Slice(slice) => {
            let element = owned(&slice.elem);
            parse_quote!(Vec<#element>)
        }
        Type::ImplTrait(_) => parse_quote!(String),
        Type::Path(path) if path.path.is_ident("str") => parse_quote!(String),
        Type::Path(path) if path.path.segments[0].ident == "types" => {
            parse_quote!(authlete::#path)
        }
        other => other.clone(),
    }
}
