//! Cycles between the modules of a package.
//!
//! On each level of the module tree the children of one module must not have cyclic dependencies. A module and its
//! descendants may. A path counts as a use of the module that defines its item, regardless of re-exports. Tests and
//! generated code (`include!`) are ignored.

mod cycles;
mod references;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use cycles::Cycle;
use tree::Tree;

/// Prints the cycles of a package of the workspace, and fails if there are any.
pub fn run(root: &Path, package: &str) -> Result<ExitCode> {
    let cycles = find(&source(root, package)?)?;
    for cycle in &cycles {
        println!("{cycle}");
    }
    Ok(match cycles.len() {
        0 => {
            println!("{package}: no cycles between modules");
            ExitCode::SUCCESS
        }
        count => {
            println!("{package}: {count} groups of modules have cyclic dependencies");
            ExitCode::FAILURE
        }
    })
}

/// The cycles in the crate with this root file.
fn find(root_file: &Path) -> Result<Vec<Cycle>> {
    let tree = Tree::load(root_file)?;
    Ok(cycles::find(&references::all(&tree)))
}

/// The root file of a package's library or, without one, of its binary.
fn source(root: &Path, package: &str) -> Result<PathBuf> {
    let wanted = format!("name = \"{package}\"");
    let members = fs::read_dir(root)?.filter_map(|entry| Some(entry.ok()?.path()));
    for directory in [root.to_owned()].into_iter().chain(members) {
        let Ok(manifest) = fs::read_to_string(directory.join("Cargo.toml")) else {
            continue;
        };
        let package = manifest.split("[package]").nth(1).unwrap_or_default();
        if package.lines().any(|line| line == wanted) {
            let files = ["src/lib.rs", "src/main.rs"].map(|file| directory.join(file));
            let file = files.into_iter().find(|file| file.exists());
            return file.with_context(|| format!("{} has no source", directory.display()));
        }
    }
    bail!("the workspace has no package {package}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cycles of a crate with these files, each as its modules.
    fn cycles(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let cycles = find(&directory.path().join("lib.rs")).unwrap();
        cycles.into_iter().map(|cycle| cycle.modules).collect()
    }

    #[test]
    fn modules_in_one_direction_are_no_cycle() {
        let found = cycles(&[
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::B; pub struct A(B);"),
            ("b.rs", "pub struct B(crate::c::C);"),
            ("c.rs", "pub struct C;"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn two_modules_that_use_each_other_are_a_cycle() {
        let found = cycles(&[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "pub struct B(crate::a::A);"),
        ]);
        assert_eq!(found, [["a", "b"]]);
    }

    #[test]
    fn longer_cycle_has_all_of_its_modules() {
        let found = cycles(&[
            ("lib.rs", "mod a; mod b; mod c; mod d;"),
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "use super::c; pub struct B; fn f() { c::g() }"),
            ("c.rs", "pub fn g() { let _ = crate::a::A; }"),
            ("d.rs", "use crate::a::A;"),
        ]);
        assert_eq!(found, [["a", "b", "c"]]);
    }

    #[test]
    fn parent_and_its_children_may_know_each_other() {
        let found = cycles(&[
            ("lib.rs", "mod a; pub struct Root;"),
            ("a/mod.rs", "mod b; pub use b::B; pub struct A;"),
            ("a/b.rs", "use super::A; pub struct B(A, crate::Root);"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn cycle_is_found_below_the_top_level() {
        let found = cycles(&[
            ("lib.rs", "mod a;"),
            ("a.rs", "mod b; mod c { pub struct C(super::b::B); }"),
            ("a/b.rs", "pub struct B; fn f(_: crate::a::c::C) {}"),
        ]);
        assert_eq!(found, [["a::b", "a::c"]]);
    }

    #[test]
    fn dependency_between_descendants_counts_for_the_modules_on_their_common_level() {
        let found = cycles(&[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "mod x { pub struct X(crate::b::y::Y); }"),
            (
                "b.rs",
                "pub mod y { pub struct Y; } mod z { use crate::a; }",
            ),
        ]);
        assert_eq!(found, [["a", "b"]]);
    }

    #[test]
    fn re_export_counts_for_the_module_of_the_definition() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c; pub use b::{B, *};"),
            ("a.rs", "pub struct A(crate::B, crate::FromGlob);"),
            (
                "b.rs",
                "pub use crate::c::C; pub struct B; pub struct FromGlob;",
            ),
            ("c.rs", "pub struct C;"),
        ];
        assert!(cycles(&files).is_empty());
        let mut circular = files;
        circular[3].1 = "pub struct C(crate::B);";
        assert_eq!(cycles(&circular), [["b", "c"]]);
    }

    #[test]
    fn imported_name_leads_to_the_definition() {
        let found = cycles(&[
            ("lib.rs", "mod a; mod b; mod c; use b::Inner as Outer;"),
            (
                "a.rs",
                "use crate::Outer as Own; fn f() -> Own { Own::Variant }",
            ),
            ("b.rs", "use crate::a; pub enum Inner { Variant }"),
            ("c.rs", ""),
        ]);
        assert_eq!(found, [["a", "b"]]);
    }

    #[test]
    fn paths_in_macros_count() {
        let found = cycles(&[
            ("lib.rs", "mod a; mod b; mod c;"),
            (
                "a.rs",
                "macro_rules! m { () => { $crate::b::f(\"crate::c::C\") } }",
            ),
            ("b.rs", "pub fn f() { println!(\"{}\", crate::a::X) }"),
            ("c.rs", "pub struct C(crate::a::A);"),
        ]);
        assert_eq!(found, [["a", "b"]]);
    }

    #[test]
    fn tests_do_not_count() {
        let found = cycles(&[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B;"),
            (
                "b.rs",
                "pub struct B; #[cfg(test)] mod tests { use crate::a; } #[cfg(test)] use crate::a::A;",
            ),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn each_file_that_a_module_may_have_counts() {
        let found = cycles(&[
            (
                "lib.rs",
                "mod b; #[cfg(feature = \"x\")] mod a; #[cfg(not(feature = \"x\"))] #[path = \"a/off.rs\"] mod a;",
            ),
            ("a.rs", ""),
            ("a/off.rs", "use crate::b::B;"),
            (
                "b.rs",
                "#[cfg_attr(feature = \"x\", path = \"on.rs\")] mod c; pub struct B;",
            ),
            ("on.rs", "use crate::a;"),
        ]);
        assert_eq!(found, [["a", "b"]]);
    }

    #[test]
    fn cycle_is_shown_with_a_path_for_each_dependency() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("lib.rs");
        let text = "mod a { mod x { use crate::b::B; } } mod b { pub struct B(crate::a::A); }";
        fs::write(&root, text).unwrap();
        let shown: Vec<String> = find(&root).unwrap().iter().map(Cycle::to_string).collect();
        let expected = "a <-> b\n    a -> b: a::x uses crate::b::B\n    b -> a: b uses crate::a::A";
        assert_eq!(shown, [expected]);
    }

    #[test]
    fn package_that_does_not_exist_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let error = source(directory.path(), "none").unwrap_err();
        assert_eq!(error.to_string(), "the workspace has no package none");
    }
}
