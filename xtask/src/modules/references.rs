//! The references between modules.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::tree::{ModulePath, Tree, leaves};

/// A use of an item of another module.
pub struct Reference {
    pub from: ModulePath,
    pub to: ModulePath,
    /// The path as written.
    pub path: String,
}

/// All references between modules of a crate.
pub fn all(tree: &Tree) -> Vec<Reference> {
    let mut references = Vec::new();
    for (from, module) in &tree.modules {
        let mut paths = Paths::default();
        for item in &module.items {
            paths.visit_item(item);
        }
        for path in paths.0 {
            if let Some(to) = tree.resolve(from, &path).filter(|to| to != from) {
                references.push(Reference {
                    from: from.clone(),
                    to,
                    path: path.join("::"),
                });
            }
        }
    }
    references
}

/// The paths in items.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let paths = leaves(&item.tree, &mut Vec::new());
        self.0.extend(paths.into_iter().map(|(path, _)| path));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments = path.segments.iter();
            self.0
                .push(segments.map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast syn::Macro) {
        self.visit_tokens(&invocation.tokens);
        visit::visit_macro(self, invocation);
    }

    /// `pub(in path)` is not a use of the module.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

impl Paths {
    /// The paths in tokens that begin with `crate`, `$crate`, `self` or `super`. Others are ambiguous.
    fn visit_tokens(&mut self, tokens: &TokenStream) {
        let mut path: Vec<String> = Vec::new();
        // The number of colons after the last segment.
        let mut colons = 0;
        for token in tokens.clone() {
            match token {
                TokenTree::Ident(ident) => {
                    let ident = ident.to_string();
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    let begins = ["crate", "self", "super"].contains(&ident.as_str());
                    if begins || !path.is_empty() {
                        path.push(ident);
                    }
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.end(&mut path);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.visit_tokens(&group.stream());
                    }
                }
            }
        }
        self.end(&mut path);
    }

    /// `self` alone is a value.
    fn end(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.0.push(path);
        }
    }
}
