//! The modules of methods that are defined outside the module of their type.
//!
//! A call `value.method()` has no path to the module of the method, so it is found by name.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{ImplItem, Item, TraitItem, Type};

use super::tree::{ModulePath, Tree};

/// Names that methods of other crates have too. A call of one says nothing about the module.
const OF_OTHER_CRATES: [&str; 5] = ["collect", "entry", "execute", "next", "values"];

/// The module of each method whose name is unique in the crate and which is defined outside the module of its type.
pub struct Methods(BTreeMap<String, ModulePath>);

impl Methods {
    pub fn of(tree: &Tree) -> Self {
        let mut definitions = Definitions::default();
        for (path, module) in &tree.modules {
            definitions.module = path.clone();
            definitions.is_outside = false;
            for item in &module.items {
                definitions.is_outside = is_outside(tree, path, item);
                definitions.visit_item(item);
            }
        }
        let unique = (definitions.modules.into_iter()).filter_map(|(name, modules)| {
            let [(module, true)] = modules.as_slice() else {
                return None;
            };
            Some((name, module.clone()))
        });
        let unique = unique.filter(|(name, _)| {
            !definitions.of_traits.contains(name) && !OF_OTHER_CRATES.contains(&name.as_str())
        });
        Self(unique.collect())
    }

    /// The module that defines the method of a call.
    pub fn module(&self, method: &str) -> Option<&ModulePath> {
        self.0.get(method)
    }
}

/// Whether the type of an inherent `impl` is defined in another module.
fn is_outside(tree: &Tree, module: &ModulePath, item: &Item) -> bool {
    let Item::Impl(block) = item else {
        return false;
    };
    let Type::Path(ty) = &*block.self_ty else {
        return false;
    };
    let segments = ty.path.segments.iter();
    let path: Vec<String> = segments.map(|segment| segment.ident.to_string()).collect();
    tree.resolve(module, &path).is_some_and(|of| of != *module)
}

#[derive(Default)]
struct Definitions {
    module: ModulePath,
    /// Whether the visited block is outside the module of its type.
    is_outside: bool,
    /// The modules that define an inherent method of each name, and whether they do so outside the module of its type.
    modules: BTreeMap<String, Vec<(ModulePath, bool)>>,
    /// The names of the methods of traits.
    of_traits: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Definitions {
    fn visit_item_impl(&mut self, block: &'ast syn::ItemImpl) {
        for item in &block.items {
            let ImplItem::Fn(function) = item else {
                continue;
            };
            let name = function.sig.ident.to_string();
            if block.trait_.is_some() {
                self.of_traits.insert(name);
            } else {
                let found = (self.module.clone(), self.is_outside);
                let modules = self.modules.entry(name).or_default();
                // Variants of a method for different features are one method.
                if !modules.contains(&found) {
                    modules.push(found);
                }
            }
        }
        visit::visit_item_impl(self, block);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        for item in &item.items {
            if let TraitItem::Fn(function) = item {
                self.of_traits.insert(function.sig.ident.to_string());
            }
        }
    }
}
