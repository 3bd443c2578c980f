//! The methods that call the API.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Expr, ImplItem, ImplItemFn, Item, parse_quote};

use super::answers::answer_type;
use super::arguments::{accept_identifiers, elide_lifetimes, group_query, take_slices};
use super::{Operation, Route, template_parameters};
use crate::eviction::Eviction;
use crate::refine::member_name;

/// Turns the methods of progenitor's `Client` into methods of `Authlete`.
pub(crate) fn methods(items: Vec<ImplItem>, operations: &BTreeMap<String, Operation>) -> Item {
    let methods = items.into_iter().filter_map(|item| match item {
        ImplItem::Fn(method) => {
            let operation = operations.get(&method.sig.ident.to_string())?;
            Some(refine_method(method, operation))
        }
        _ => None,
    });
    parse_quote! {
        #[doc = " The operations of the API."]
        impl crate::Authlete {
            #(#methods)*
        }
    }
}

fn refine_method(mut method: ImplItemFn, operation: &Operation) -> ImplItemFn {
    elide_lifetimes(&mut method);
    take_slices(&mut method);
    group_query(&mut method, operation);
    let conversions = accept_identifiers(&mut method);
    let answer = answer_type(&method, operation);
    method.sig.output = parse_quote!(-> crate::Result<#answer>);

    let documentation = operation.documentation.join("\n\n");
    method.attrs = vec![parse_quote!(#[doc = #documentation])];

    let constant = operation.constant();
    let segments = operation.path_parameters.iter().map(|name| {
        let ident = format_ident!("{}", name.to_snake_case());
        quote!(let #ident = crate::url_path::path_segment(&operations::#constant, #name, &#ident)?;)
    });
    let begin = operation.begin();
    let query = operation.has_query.then(|| quote!(.query(query)?));
    let body = operation.has_body.then(|| operation.body());
    let single_use = operation.single_use();
    let eviction = operation.eviction.as_ref();
    let before_escaping = eviction.map(Eviction::before_escaping);
    let send = match eviction {
        None => quote!(self.execute(request).await),
        Some(eviction) => {
            let (begin, conclude) = (eviction.begin(&constant), eviction.conclude());
            quote! {
                #begin
                let answer: crate::Result<#answer> = self.execute(request).await;
                #conclude
                answer
            }
        }
    };
    method.block = parse_quote!({
        #(#conversions)*
        #before_escaping
        #(#segments)*
        let request = #begin #query #body #single_use;
        #send
    });
    method
}

impl Operation {
    /// Tells the request whether its body has the single-use member.
    fn single_use(&self) -> Option<TokenStream> {
        let member = member_name(self.single_use.as_deref()?);
        Some(quote!(.single_use(body.#member.is_some())))
    }

    /// Adds the body to the request. Omitted members are filled in from the configuration.
    fn body(&self) -> TokenStream {
        if self.from_settings.is_empty() {
            return quote!(.json(body)?);
        }
        let constant = self.constant();
        let members = self.from_settings.iter().map(|(member, setting)| {
            let (member, setting) = (
                member_name(member),
                format_ident!("{setting}"),
            );
            quote! {
                body.#member = Some(self.or_configured(&operations::#constant, crate::Setting::#setting, body.#member)?);
            }
        });
        quote! {
            .json(&{
                let mut body = body.clone();
                #(#members)*
                body
            })?
        }
    }

    /// Starts the request of a call. The generations mostly share one path below different roots.
    fn begin(&self) -> Expr {
        let constant = self.constant();
        let begin = |route: &Route| -> Expr {
            let path = route.format();
            parse_quote!(self.request_parts(&operations::#constant, format_args!(#path))?)
        };
        match (&self.v2, &self.v3) {
            (Some(v2), Some(v3)) if v2.path != v3.path => {
                let (v2, v3) = (begin(v2), begin(v3));
                parse_quote! {
                    match self.api_version() {
                        crate::ApiVersion::V2 => #v2,
                        crate::ApiVersion::V3 => #v3,
                    }
                }
            }
            (_, Some(route)) | (Some(route), None) => begin(route),
            (None, None) => unreachable!("the checks found a generation for {}", self.id),
        }
    }
}

impl Route {
    /// `/client/get/{clientId}` → `/client/get/{client_id}`.
    fn format(&self) -> String {
        let mut format = self.path.clone();
        for name in template_parameters(&self.path) {
            format = format.replace(
                &format!("{{{name}}}"),
                &format!("{{{}}}", name.to_snake_case()),
            );
        }
        format
    }
}
