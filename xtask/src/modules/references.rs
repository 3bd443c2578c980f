//! The references between modules.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::methods::Methods;
use super::tree::{ModulePath, Tree, leaves};

/// A use of an item of another module.
pub struct Reference {
    pub from: ModulePath,
    pub to: ModulePath,
    /// The path as written, or the call of a method.
    pub path: String,
}

/// All references between modules of a crate.
pub fn all(tree: &Tree) -> Vec<Reference> {
    let methods = Methods::of(tree);
    let mut references = Vec::new();
    for (from, module) in &tree.modules {
        let mut uses = Uses::default();
        for item in &module.items {
            uses.visit_item(item);
        }
        for path in uses.paths {
            if let Some(to) = tree.resolve(from, &path).filter(|to| to != from) {
                references.push(Reference {
                    from: tree.place(from),
                    to: tree.place(&to),
                    path: path.join("::"),
                });
            }
        }
        for method in uses.methods {
            if let Some(to) = methods.module(&method).filter(|to| *to != from) {
                references.push(Reference {
                    from: tree.place(from),
                    to: tree.place(to),
                    path: format!("{method}() of {}", to.join("::")),
                });
            }
        }
    }
    references
}

/// What items use.
#[derive(Default)]
struct Uses {
    paths: Vec<Vec<String>>,
    /// The names of called methods and of associated functions.
    methods: Vec<String>,
}

impl<'ast> Visit<'ast> for Uses {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let paths = leaves(&item.tree, &mut Vec::new());
        self.paths.extend(paths.into_iter().map(|(path, _)| path));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments = path.segments.iter();
            let path: Vec<String> = segments.map(|segment| segment.ident.to_string()).collect();
            self.add_path(path);
        }
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.methods.push(call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, invocation: &'ast syn::Macro) {
        self.visit_tokens(&invocation.tokens);
        visit::visit_macro(self, invocation);
    }

    /// `pub(in path)` is not a use of the module.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

impl Uses {
    /// The calls of methods in tokens, and the paths that begin with `crate`, `$crate`, `self` or `super`. Others are ambiguous.
    fn visit_tokens(&mut self, tokens: &TokenStream) {
        self.methods.extend(method_calls(tokens));
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

    /// `Type::function` is also the use of a function that may be defined outside the module of the type.
    fn add_path(&mut self, path: Vec<String>) {
        if let [.., owner, name] = path.as_slice()
            && owner.starts_with(char::is_uppercase)
        {
            self.methods.push(name.clone());
        }
        self.paths.push(path);
    }

    /// `self` alone is a value.
    fn end(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.add_path(path);
        }
    }
}

/// The names between a dot and parentheses.
fn method_calls(tokens: &TokenStream) -> Vec<String> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let calls = tokens.windows(3).filter_map(|tokens| match tokens {
        [
            TokenTree::Punct(dot),
            TokenTree::Ident(name),
            TokenTree::Group(arguments),
        ] if dot.as_char() == '.' && arguments.delimiter() == Delimiter::Parenthesis => {
            Some(name.to_string())
        }
        _ => None,
    });
    calls.collect()
}
