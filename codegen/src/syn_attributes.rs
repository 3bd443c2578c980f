//! Reads and corrects the attributes of generated code.

use syn::{Attribute, Field};

pub fn is_doc(attribute: &Attribute) -> bool {
    attribute.path().is_ident("doc")
}

/// Adds the usual space between `///` and the text.
pub fn separate_from_slashes(attribute: &mut Attribute) {
    if let syn::Meta::NameValue(pair) = &mut attribute.meta
        && let syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) = &mut pair.value
        && !text.value().starts_with(' ')
    {
        *text = syn::LitStr::new(&format!(" {}", text.value()), text.span());
    }
}

/// The JSON name of a field: `#[serde(rename = "…")]`, or the identifier itself.
pub fn serialized_name(field: &Field) -> String {
    let ident = field
        .ident
        .as_ref()
        .map(|ident| ident.to_string().trim_start_matches("r#").to_owned());
    serde_rename(&field.attrs).or(ident).unwrap_or_default()
}

pub fn serde_rename(attributes: &[Attribute]) -> Option<String> {
    let mut renamed = None;
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                renamed = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Lit>()?;
            }
            Ok(())
        });
    }
    renamed
}
