//! The modules of a crate and the names in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use syn::{Attribute, Expr, Item, ItemMod, Lit, Meta, Type, UseTree};

/// The path of a module from the crate root, whose path is empty.
pub type ModulePath = Vec<String>;

/// The module of generated code that is part of another module, and that module, which exports it.
const RE_EXPORTED: (&str, &str) = ("next", "server");

/// The modules of a crate.
#[derive(Default)]
pub struct Tree {
    pub modules: BTreeMap<ModulePath, Module>,
    /// The module that includes generated code.
    including: Option<ModulePath>,
}

/// The items of a module, of all its files if features select between several.
#[derive(Default)]
pub struct Module {
    pub items: Vec<Item>,
    /// The names defined here.
    definitions: BTreeSet<String>,
    /// The paths of each imported name.
    imports: BTreeMap<String, Vec<Vec<String>>>,
    /// The paths of glob imports.
    globs: Vec<Vec<String>>,
}

impl Tree {
    pub fn load(root_file: &Path) -> Result<Self> {
        let mut tree = Self::default();
        let directory = root_file.parent().unwrap_or(Path::new(""));
        tree.load_file(root_file, directory, Vec::new())?;
        Ok(tree)
    }

    /// Adds generated code to the module that includes it. The methods of types of the other code become the module
    /// `methods`, because they depend on more than the generated types do.
    pub fn add_generated(&mut self, items: Vec<Item>) -> Result<()> {
        let includes = |module: &Module| module.items.iter().any(is_include);
        let found = (self.modules.iter()).find(|(_, module)| includes(module));
        let (path, _) = found.context("no module includes the generated code")?;
        let path = path.clone();
        let (methods, others) = items.into_iter().partition(extends_other_code);
        let none = Path::new("");
        self.add(others, none, none, path.clone())?;
        let methods_path = path.iter().cloned().chain(["methods".to_owned()]);
        self.add(methods, none, none, methods_path.collect())?;
        self.including = Some(path);
        Ok(())
    }

    /// The place of a module in the order of dependencies. A module of generated code counts as a sibling of the module that
    /// includes it, because the code has parts below and parts above other modules. [`RE_EXPORTED`] counts for its module.
    pub fn place(&self, module: &ModulePath) -> ModulePath {
        let generated = self.including.as_ref().and_then(|including| {
            let (name, parents) = including.split_last()?;
            let (first, rest) = module.strip_prefix(including.as_slice())?.split_first()?;
            let mut place = parents.to_vec();
            if first == RE_EXPORTED.0 {
                place.push(RE_EXPORTED.1.to_owned());
            }
            place.push(format!("{name}::{first}"));
            place.extend_from_slice(rest);
            Some(place)
        });
        generated.unwrap_or_else(|| module.clone())
    }

    /// `directory` is where the files of child modules are.
    fn load_file(&mut self, file: &Path, directory: &Path, path: ModulePath) -> Result<()> {
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let parsed = syn::parse_file(&text).with_context(|| file.display().to_string())?;
        let beside = file.parent().unwrap_or(Path::new(""));
        self.add(parsed.items, directory, beside, path)
    }

    fn add(
        &mut self,
        items: Vec<Item>,
        directory: &Path,
        beside: &Path,
        path: ModulePath,
    ) -> Result<()> {
        self.modules.entry(path.clone()).or_default();
        for item in items {
            if is_test(attributes(&item)) {
                continue;
            }
            if let Item::Mod(module) = item {
                self.add_child(module, directory, beside, &path)?;
            } else {
                self.modules.entry(path.clone()).or_default().add(item);
            }
        }
        Ok(())
    }

    fn add_child(
        &mut self,
        module: ItemMod,
        directory: &Path,
        beside: &Path,
        parent: &ModulePath,
    ) -> Result<()> {
        let name = module.ident.to_string();
        let mut path = parent.clone();
        path.push(name.clone());
        if let Some((_, items)) = module.content {
            return self.add(items, &directory.join(&name), beside, path);
        }
        let chosen: Vec<PathBuf> = (paths(&module.attrs).iter())
            .map(|file| beside.join(file))
            .collect();
        for file in &chosen {
            self.load_file(file, file.parent().unwrap_or(beside), path.clone())?;
        }
        if !chosen.is_empty() {
            return Ok(());
        }
        let below = directory.join(&name);
        let files = [directory.join(format!("{name}.rs")), below.join("mod.rs")];
        match files.iter().find(|file| file.exists()) {
            Some(file) => self.load_file(file, &below, path),
            None => bail!("the module {} has no file", path.join("::")),
        }
    }

    /// The module that defines the item of a path used in `from`; `None` if it is in another crate.
    pub fn resolve(&self, from: &ModulePath, path: &[String]) -> Option<ModulePath> {
        self.follow(from, path, &mut BTreeSet::new())
    }

    /// `seen` prevents endless recursion through circular imports.
    fn follow(
        &self,
        from: &ModulePath,
        path: &[String],
        seen: &mut BTreeSet<(ModulePath, String)>,
    ) -> Option<ModulePath> {
        let (first, mut rest) = path.split_first()?;
        let mut module = match first.as_str() {
            "crate" | "$crate" => Vec::new(),
            "self" => from.clone(),
            "super" => from[..from.len().checked_sub(1)?].to_vec(),
            _ => {
                rest = path;
                return self.lookup(from, rest, seen, false);
            }
        };
        while rest.first().is_some_and(|segment| segment == "super") {
            module.pop()?;
            rest = &rest[1..];
        }
        self.lookup(&module, rest, seen, true)
    }

    /// Looks a path up in a module. If an absolute path is not found, the item may be generated, and counts for the module.
    fn lookup(
        &self,
        module: &ModulePath,
        path: &[String],
        seen: &mut BTreeSet<(ModulePath, String)>,
        is_absolute: bool,
    ) -> Option<ModulePath> {
        let Some((name, rest)) = path.split_first() else {
            return Some(module.clone());
        };
        let mut child = module.clone();
        child.push(name.clone());
        if self.modules.contains_key(&child) {
            return self.lookup(&child, rest, seen, true);
        }
        let names = self.modules.get(module)?;
        if names.definitions.contains(name) {
            return Some(module.clone());
        }
        if seen.insert((module.clone(), name.clone())) {
            for import in names.imports.get(name).into_iter().flatten() {
                let full: Vec<String> = import.iter().chain(rest).cloned().collect();
                // An import from another crate begins with its name, which is not a module here.
                if let Some(found) = self.follow(module, &full, seen) {
                    return Some(found);
                }
            }
            for glob in &names.globs {
                let full: Vec<String> = glob.iter().chain(path).cloned().collect();
                if let Some(source) = self.follow(module, glob, seen)
                    && self.modules[&source].has(name)
                {
                    return self.follow(module, &full, seen);
                }
            }
            if names.imports.contains_key(name) {
                return None;
            }
        }
        is_absolute.then(|| module.clone())
    }
}

impl Module {
    fn add(&mut self, item: Item) {
        match &item {
            Item::Use(item) => self.import(&item.tree, &mut Vec::new()),
            item => self.definitions.extend(name(item)),
        }
        self.items.push(item);
    }

    fn import(&mut self, tree: &UseTree, prefix: &mut Vec<String>) {
        for (path, name) in leaves(tree, prefix) {
            match name {
                Some(name) => self.imports.entry(name).or_default().push(path),
                None => self.globs.push(path),
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        self.definitions.contains(name) || self.imports.contains_key(name)
    }
}

/// The paths of a `use` and the imported names; a glob has none.
pub fn leaves(tree: &UseTree, prefix: &mut Vec<String>) -> Vec<(Vec<String>, Option<String>)> {
    let ended = |prefix: &[String], last: String| -> Vec<String> {
        let is_prefix_itself = last == "self" && !prefix.is_empty();
        let last = (!is_prefix_itself).then_some(last);
        prefix.iter().cloned().chain(last).collect()
    };
    match tree {
        UseTree::Path(tree) => {
            prefix.push(tree.ident.to_string());
            let found = leaves(&tree.tree, prefix);
            prefix.pop();
            found
        }
        UseTree::Name(tree) => {
            let path = ended(prefix, tree.ident.to_string());
            let name = path.last().cloned();
            vec![(path, name)]
        }
        UseTree::Rename(tree) => {
            vec![(
                ended(prefix, tree.ident.to_string()),
                Some(tree.rename.to_string()),
            )]
        }
        UseTree::Glob(_) => vec![(prefix.clone(), None)],
        UseTree::Group(group) => (group.items.iter())
            .flat_map(|tree| leaves(tree, &mut prefix.clone()))
            .collect(),
    }
}

/// The name that an item defines.
fn name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether an item is `impl crate::Type`.
fn extends_other_code(item: &Item) -> bool {
    let Item::Impl(block) = item else {
        return false;
    };
    let Type::Path(ty) = &*block.self_ty else {
        return false;
    };
    let first = ty.path.segments.first();
    block.trait_.is_none() && first.is_some_and(|segment| segment.ident == "crate")
}

fn is_include(item: &Item) -> bool {
    matches!(item, Item::Macro(item) if item.mac.path.is_ident("include"))
}

/// Whether an item is only for tests.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    })
}

/// The files of `#[path = "…"]`, also in a `cfg_attr`.
fn paths(attributes: &[Attribute]) -> Vec<String> {
    let text = |meta: &Meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    let mut found = Vec::new();
    for attribute in attributes {
        found.extend(text(&attribute.meta));
        if attribute.path().is_ident("cfg_attr") {
            let parse = syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated;
            let metas = attribute.parse_args_with(parse).unwrap_or_default();
            found.extend(metas.iter().skip(1).filter_map(text));
        }
    }
    found
}
