//! What a Rust type in the generated code is.

use syn::Type;

/// The `T` of `Option<T>`.
pub fn option_of(ty: &Type) -> Option<&Type> {
    argument_of(ty, "Option")
}

/// The `T` of `Vec<T>`.
pub fn list_of(ty: &Type) -> Option<&Type> {
    argument_of(ty, "Vec")
}

/// The first type among the arguments of a generic type.
pub fn first_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments
    else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Whether a type is progenitor's map for an object without a schema.
pub fn is_free_object(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.iter().any(|segment| segment.ident == "Map"))
}

pub fn is_map(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == "HashMap"))
}

pub fn is_integer(ty: &Type) -> bool {
    is_one_of(ty, &["i32", "i64"])
}

/// These types are arguments without `Into`, which would prevent type inference for literals.
pub fn is_number_or_flag(ty: &Type) -> bool {
    is_one_of(ty, &["i32", "i64", "bool"])
}

fn is_one_of(ty: &Type, names: &[&str]) -> bool {
    names
        .iter()
        .any(|name| matches!(ty, Type::Path(path) if path.path.is_ident(name)))
}

fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let is_named = path
        .path
        .segments
        .last()
        .is_some_and(|segment| segment.ident == name);
    if is_named { first_argument(ty) } else { None }
}
