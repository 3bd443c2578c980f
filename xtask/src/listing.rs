//! The public Rust API that a description generates, a line for each item, for review.

use std::fmt::Write as _;

use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, FnArg, Ident, ImplItem, Item, ItemImpl, ItemStruct, LitStr, ReturnType, Signature,
    Token,
};

/// Lists types, members, values, constructors and methods.
pub fn of(file: &syn::File) -> String {
    let mut listing = String::new();
    for item in &file.items {
        match item {
            Item::Mod(module) => {
                module
                    .content
                    .iter()
                    .flat_map(|(_, items)| items)
                    .for_each(|item| {
                        list_type(&mut listing, item);
                    })
            }
            Item::Impl(methods) => list_methods(&mut listing, methods),
            _ => {}
        }
    }
    listing
}

fn list_type(listing: &mut String, item: &Item) {
    match item {
        Item::Struct(item) => list_members(listing, item),
        Item::Impl(block) => list_constructor(listing, block),
        Item::Macro(call) if ends_with(&call.mac.path, "open_enum") => {
            if let Ok(open) = call.mac.parse_body::<OpenEnum>() {
                list_values(listing, &open);
            }
        }
        _ => {}
    }
}

fn ends_with(path: &syn::Path, name: &str) -> bool {
    path.segments
        .last()
        .is_some_and(|segment| segment.ident == name)
}

fn list_members(listing: &mut String, item: &ItemStruct) {
    let name = &item.ident;
    for field in &item.fields {
        if let Some(member) = &field.ident {
            let _ = writeln!(listing, "{name}.{member}: {}", short(&field.ty));
        }
    }
}

fn list_constructor(listing: &mut String, block: &ItemImpl) {
    for item in &block.items {
        if let ImplItem::Fn(function) = item {
            let _ = writeln!(
                listing,
                "{}::{}",
                short(&block.self_ty),
                signature(&function.sig)
            );
        }
    }
}

fn list_methods(listing: &mut String, block: &ItemImpl) {
    for item in &block.items {
        if let ImplItem::Fn(method) = item {
            let _ = writeln!(listing, "Authlete::{}", signature(&method.sig));
        }
    }
}

fn list_values(listing: &mut String, open: &OpenEnum) {
    for (variant, word, protocol) in &open.values {
        let protocol = protocol
            .as_ref()
            .map(|word| format!(" => {word:?}"))
            .unwrap_or_default();
        let _ = writeln!(listing, "{}::{variant} = {word:?}{protocol}", open.name);
    }
}

fn signature(signature: &Signature) -> String {
    let arguments: Vec<String> = signature
        .inputs
        .iter()
        .filter_map(|argument| match argument {
            FnArg::Typed(typed) => Some(format!("{}: {}", short(&typed.pat), short(&typed.ty))),
            FnArg::Receiver(_) => None,
        })
        .collect();
    let output = match &signature.output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, ty) => format!(" -> {}", short(ty)),
    };
    format!("{}({}){output}", signature.ident, arguments.join(", "))
}

/// A type as one would write it, without the full paths that generated code needs.
fn short(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string().replace(' ', "");
    let text = [
        "::std::option::",
        "::std::string::",
        "::std::vec::",
        "::std::convert::",
        "::std::collections::",
        "crate::",
    ]
    .iter()
    .fold(text, |text, path| text.replace(path, ""));
    text.replace("impl", "impl ")
}

/// The body of an `open_enum!` call.
struct OpenEnum {
    name: Ident,
    values: Vec<(Ident, String, Option<String>)>,
}

impl Parse for OpenEnum {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Attribute::parse_outer(input)?;
        let name = input.parse()?;
        let content;
        syn::braced!(content in input);
        let mut values = Vec::new();
        while !content.is_empty() {
            Attribute::parse_outer(&content)?;
            let variant = content.parse()?;
            content.parse::<Token![=]>()?;
            let word = content.parse::<LitStr>()?.value();
            let protocol = if content.peek(Token![=>]) {
                content.parse::<Token![=>]>()?;
                Some(content.parse::<LitStr>()?.value())
            } else {
                None
            };
            values.push((variant, word, protocol));
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        Ok(Self { name, values })
    }
}
