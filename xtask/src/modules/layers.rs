//! The layers of a crate: which of its top-level modules may depend on which.
//!
//! docs/ARCHITECTURE.md lists them in a block for each package, from the highest layer to the lowest. A line is a layer: the
//! names of its modules, and a comment after `#`. An indented line continues the layer above it. Modules of one layer may
//! depend on each other.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};

use super::references::Reference;
use super::tree::Tree;

/// The layer of each top-level module: a higher number may depend on a lower one.
pub struct Layers(BTreeMap<String, usize>);

impl Layers {
    /// The layers of a package; `None` if the document does not list them.
    pub fn read(document: &str, package: &str) -> Result<Option<Self>> {
        let begin = format!("\n```text layers of {package}\n");
        let Some((_, rest)) = document.split_once(&begin) else {
            return Ok(None);
        };
        let block = rest.lines().take_while(|line| *line != "```");
        let mut lines: Vec<Vec<&str>> = Vec::new();
        for line in block {
            let names = line.split('#').next().unwrap_or_default();
            let names = names.split_whitespace();
            match lines.last_mut() {
                Some(last) if line.starts_with(' ') => last.extend(names),
                _ => lines.push(names.collect()),
            }
        }
        let mut layers = BTreeMap::new();
        for (number, names) in lines.into_iter().rev().enumerate() {
            for name in names {
                let former = layers.insert(name.to_owned(), number);
                ensure!(former.is_none(), "{package}: {name} is in two layers");
            }
        }
        Ok(Some(Self(layers)))
    }

    /// What contradicts the layers: modules that are in no layer, names of no module, and references to a higher layer.
    pub fn violations(&self, tree: &Tree, references: &[Reference]) -> Vec<String> {
        let places = tree.modules.keys().map(|path| tree.place(path));
        let modules: BTreeSet<String> = places.filter_map(|path| path.into_iter().next()).collect();
        let unlisted = modules.iter().filter(|name| !self.0.contains_key(*name));
        let unlisted = unlisted.map(|name| format!("{name} is in no layer"));
        let unknown = self.0.keys().filter(|name| !modules.contains(*name));
        let unknown = unknown.map(|name| format!("{name} is in a layer, but not a module"));
        // One example of each dependency.
        let mut upward = BTreeMap::new();
        for reference in references {
            let Reference { from, to, path } = reference;
            if let (Some(from_top), Some(to_top)) = (from.first(), to.first())
                && let (Some(lower), Some(higher)) = (self.0.get(from_top), self.0.get(to_top))
                && lower < higher
            {
                upward.entry((from_top, to_top)).or_insert_with(|| {
                    let from = from.join("::");
                    format!("{from_top} is below {to_top}, but {from} uses {path}")
                });
            }
        }
        unlisted
            .chain(unknown)
            .chain(upward.into_values())
            .collect()
    }
}
