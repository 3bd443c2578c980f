//! Modules with cyclic dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::references::Reference;
use super::tree::ModulePath;

/// Children of one module that depend on each other, directly or through others.
#[derive(Debug)]
pub struct Cycle {
    pub modules: Vec<String>,
    /// Each dependency between two of them, with an example.
    dependencies: Vec<(String, String, String)>,
}

/// The dependencies between the children of one module, with an example of each.
type Dependencies<'a> = BTreeMap<(String, String), &'a Reference>;

/// The cycles on each level of the tree.
pub fn find(references: &[Reference]) -> Vec<Cycle> {
    let mut levels = BTreeMap::<ModulePath, Dependencies<'_>>::new();
    for reference in references {
        let Reference { from, to, .. } = reference;
        let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        if common < from.len() && common < to.len() {
            let edge = (from[..=common].join("::"), to[..=common].join("::"));
            let level = levels.entry(from[..common].to_vec()).or_default();
            level.entry(edge).or_insert(reference);
        }
    }
    levels.values().flat_map(on_level).collect()
}

fn on_level(dependencies: &Dependencies<'_>) -> Vec<Cycle> {
    let modules: BTreeSet<&String> = dependencies.keys().flat_map(|(a, b)| [a, b]).collect();
    let reachable: BTreeMap<&String, BTreeSet<&String>> = (modules.iter())
        .map(|module| (*module, reachable_from(module, dependencies)))
        .collect();
    let mut cycles = Vec::new();
    let mut done = BTreeSet::new();
    for module in modules {
        // Two modules are in one group when each reaches the other.
        let group: BTreeSet<&String> = (reachable[module].iter().copied())
            .filter(|other| reachable[other].contains(module))
            .collect();
        if group.is_empty() || !done.insert(group.clone()) {
            continue;
        }
        let within = dependencies
            .iter()
            .filter(|((from, to), _)| group.contains(from) && group.contains(to));
        let dependencies = within.map(|((from, to), reference)| {
            let example = format!("{} uses {}", reference.from.join("::"), reference.path);
            (from.clone(), to.clone(), example)
        });
        cycles.push(Cycle {
            dependencies: dependencies.collect(),
            modules: group.into_iter().cloned().collect(),
        });
    }
    cycles
}

fn reachable_from<'a>(module: &String, dependencies: &'a Dependencies<'_>) -> BTreeSet<&'a String> {
    let mut found = BTreeSet::new();
    let mut open = vec![module];
    while let Some(module) = open.pop() {
        for (from, to) in dependencies.keys() {
            if from == module && found.insert(to) {
                open.push(to);
            }
        }
    }
    found
}

impl fmt::Display for Cycle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.modules.join(" <-> "))?;
        for (from, to, example) in &self.dependencies {
            write!(formatter, "\n    {from} -> {to}: {example}")?;
        }
        Ok(())
    }
}
