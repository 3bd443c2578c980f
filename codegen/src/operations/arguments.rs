//! The arguments of the methods.

use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, ImplItemFn, Stmt, Type, parse_quote};

use super::Operation;
use crate::refine::query_type;
use crate::syn_types::{list_of, option_of};

/// Replaces `<'a>(&'a self, …)` by the equivalent elided form.
pub(super) fn elide_lifetimes(method: &mut ImplItemFn) {
    struct Elide;
    impl VisitMut for Elide {
        fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
            reference.lifetime = None;
            visit_mut::visit_type_reference_mut(self, reference);
        }
    }
    method.sig.generics = syn::Generics::default();
    if let Some(receiver) = method.sig.inputs.first_mut() {
        *receiver = parse_quote!(&self);
    }
    Elide.visit_signature_mut(&mut method.sig);
}

/// Lists are arguments of type `&[T]` instead of `&Vec<T>`.
pub(super) fn take_slices(method: &mut ImplItemFn) {
    for argument in &mut method.sig.inputs {
        if let FnArg::Typed(typed) = argument
            && let Type::Reference(reference) = &*typed.ty
            && let Some(element) = list_of(&reference.elem)
        {
            *typed.ty = parse_quote!(&[#element]);
        }
    }
}

/// Combines the query parameters into one argument of the type that `prepare` added.
pub(super) fn group_query(method: &mut ImplItemFn, operation: &Operation) {
    if !operation.has_query {
        return;
    }
    method.sig.inputs = std::mem::take(&mut method.sig.inputs)
        .into_iter()
        .filter(|argument| !matches!(argument, FnArg::Typed(typed) if is_option(&typed.ty)))
        .collect();
    let ty: Type = if operation.has_free_query {
        parse_quote!(::std::collections::HashMap<String, String>)
    } else {
        let name = query_type(&operation.id);
        parse_quote!(types::#name)
    };
    method.sig.inputs.push(parse_quote!(query: &#ty));
}

fn is_option(ty: &Type) -> bool {
    option_of(ty).is_some()
}

/// A client is identified by number or alias: the argument is anything that converts into an identifier.
pub(super) fn accept_identifiers(method: &mut ImplItemFn) -> Vec<Stmt> {
    let mut conversions = Vec::new();
    for argument in &mut method.sig.inputs {
        let FnArg::Typed(typed) = argument else {
            continue;
        };
        if matches!(&*typed.ty, Type::Reference(reference) if *reference.elem == parse_quote!(crate::ClientIdentifier))
        {
            let name = &typed.pat;
            conversions.push(parse_quote!(let #name: crate::ClientIdentifier = #name.into();));
            *typed.ty = parse_quote!(impl ::std::convert::Into<crate::ClientIdentifier>);
        }
    }
    conversions
}
