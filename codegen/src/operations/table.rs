//! The table of operations, with their routes.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Item, parse_quote};

use super::{ApiRoot, Operation, Route};

/// The module that holds the table.
pub(crate) fn table(operations: &BTreeMap<String, Operation>) -> Item {
    let entries = operations.values().map(Operation::entry);
    let constants = operations.values().map(Operation::constant);
    parse_quote! {
        #[doc = " Every operation of the API: its id, and its route in each generation."]
        pub mod operations {
            use crate::operation::{CredentialKind, Operation, ApiRoot, Route};

            #(#entries)*

            #[doc = " All operations, sorted by id."]
            pub static ALL: &[&Operation] = &[#(&#constants),*];
        }
    }
}

impl Operation {
    fn entry(&self) -> TokenStream {
        let constant = self.constant();
        let Self {
            id,
            category,
            repeatable,
            ..
        } = self;
        let single_use = optional(self.single_use.as_deref());
        let hosted_replacement = optional(self.hosted_replacement.as_deref());
        let doc = format!(" See [`Authlete::{id}`](crate::Authlete::{id}).");
        let (v2, v3) = (
            Route::expression(self.v2.as_ref()),
            Route::expression(self.v3.as_ref()),
        );
        quote! {
            #[doc = #doc]
            pub static #constant: Operation =
                Operation {
                    id: #id,
                    category: #category,
                    v2: #v2,
                    v3: #v3,
                    repeatable: #repeatable,
                    single_use: #single_use,
                    hosted_replacement: #hosted_replacement,
                };
        }
    }
}

impl Route {
    fn expression(route: Option<&Self>) -> TokenStream {
        let Some(Self {
            method,
            path,
            root,
            credentials,
        }) = route
        else {
            return quote!(None);
        };
        let credentials = credentials.iter().map(|name| {
            let variant = format_ident!("{}", heck::AsUpperCamelCase(name).to_string());
            quote!(CredentialKind::#variant)
        });
        let root = root.expression();
        quote! {
            Some(Route { method: #method, path: #path, root: #root, credentials: &[#(#credentials),*] })
        }
    }
}

impl ApiRoot {
    /// The variant of `ApiRoot` in the crate.
    fn expression(self) -> TokenStream {
        let variant = format_ident!("{self:?}");
        quote!(ApiRoot::#variant)
    }
}

fn optional(text: Option<&str>) -> TokenStream {
    match text {
        Some(text) => quote!(Some(#text)),
        None => quote!(None),
    }
}
