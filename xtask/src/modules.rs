//! The direction of the dependencies between the modules of a package.
//!
//! On each level of the module tree the children of one module must not have cyclic dependencies. A module and its
//! descendants may. A path counts as a use of the module that defines its item, regardless of re-exports. The call of a
//! method counts if the method is defined outside the module of its type, under a name that no other method has. Tests
//! are ignored.
//!
//! The top-level modules of a library must also agree with its [`layers`].

mod cycles;
mod layers;
mod methods;
mod references;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use authlete_codegen::Description;

use cycles::Cycle;
use layers::Layers;
use tree::Tree;

/// The package with generated code.
const GENERATED: &str = "authlete";

/// Prints the cycles and the violations of layers of a package of the workspace, or of all, and fails if there are any.
pub fn run(root: &Path, package: Option<&str>) -> Result<ExitCode> {
    let document = root.join("docs/ARCHITECTURE.md");
    let document = fs::read_to_string(&document).with_context(|| document.display().to_string())?;
    let mut packages = packages(root)?;
    if let Some(wanted) = package {
        packages.retain(|(name, _)| name == wanted);
        ensure!(
            !packages.is_empty(),
            "the workspace has no package {wanted}"
        );
    }
    let mut code = ExitCode::SUCCESS;
    for (package, directory) in packages {
        let faults = check(root, &package, &directory, &document)?;
        for fault in &faults {
            println!("{fault}");
        }
        match faults.len() {
            0 => println!("{package}: the modules depend on each other in one direction"),
            count => {
                println!("{package}: {count} faults in the dependencies between modules");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

/// What is wrong in a package.
fn check(root: &Path, package: &str, directory: &Path, document: &str) -> Result<Vec<String>> {
    let files = root_files(directory);
    ensure!(!files.is_empty(), "{} has no source", directory.display());
    let layers = Layers::read(document, package)?;
    let mut faults = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let mut tree = Tree::load(file)?;
        let is_first = index == 0;
        if package == GENERATED && is_first {
            let description = Description::load(&root.join("openapi"))?;
            tree.add_generated(authlete_codegen::generate(&description)?.client.items)?;
        }
        let references = references::all(&tree);
        faults.extend(cycles::find(&references).iter().map(Cycle::to_string));
        // The layers are those of the library. The binary of the same package is another crate.
        if let Some(layers) = layers.as_ref().filter(|_| is_first) {
            faults.extend(layers.violations(&tree, &references));
        }
    }
    Ok(faults)
}

/// The root files of a package's library and binary.
fn root_files(directory: &Path) -> Vec<PathBuf> {
    let files = ["src/lib.rs", "src/main.rs"].map(|file| directory.join(file));
    files.into_iter().filter(|file| file.exists()).collect()
}

/// The name and the directory of each package of the workspace, which are the root and directories in it.
fn packages(root: &Path) -> Result<Vec<(String, PathBuf)>> {
    let root_manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let members = root_manifest
        .split("members = [")
        .nth(1)
        .unwrap_or_default();
    let members = members.split(']').next().unwrap_or_default();
    let members = members.split('"').skip(1).step_by(2);
    let mut packages = Vec::new();
    for member in std::iter::once(".").chain(members) {
        let directory = root.join(member);
        let manifest = fs::read_to_string(directory.join("Cargo.toml"))?;
        let package = manifest.split("[package]").nth(1).unwrap_or_default();
        let mut lines = package.lines();
        let name = lines.find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        packages.extend(name.map(|name| (name.to_owned(), directory)));
    }
    Ok(packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(directory: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = directory.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    /// A crate with these files.
    fn load(files: &[(&str, &str)]) -> Tree {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), files);
        Tree::load(&directory.path().join("lib.rs")).unwrap()
    }

    fn cycles_in(tree: &Tree) -> Vec<Vec<String>> {
        let cycles = cycles::find(&references::all(tree));
        cycles.into_iter().map(|cycle| cycle.modules).collect()
    }

    /// The cycles of a crate with these files, each as its modules.
    fn cycles(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        cycles_in(&load(files))
    }

    /// The violations of these layers in a crate with these files.
    fn violations(layers: &str, files: &[(&str, &str)]) -> Vec<String> {
        let document = format!("# Text\n\n```text layers of p\n{layers}\n```\n\nMore text.\n");
        let layers = Layers::read(&document, "p").unwrap().unwrap();
        let tree = load(files);
        layers.violations(&tree, &references::all(&tree))
    }

    const TYPE_WITH_A_METHOD_ELSEWHERE: [(&str, &str); 4] = [
        ("lib.rs", "mod a; mod b; mod t;"),
        ("t.rs", "pub struct T;"),
        (
            "a.rs",
            "use crate::b; impl crate::t::T { pub fn check(&self) {} }",
        ),
        ("b.rs", "fn f(t: crate::t::T) { t.check() }"),
    ];

    #[test]
    fn call_of_a_method_counts_for_the_module_of_the_method() {
        for call in [
            "t.check()",
            "crate::t::T::check(&t)",
            "println!(\"{}\", t.check())",
        ] {
            let mut files = TYPE_WITH_A_METHOD_ELSEWHERE;
            let user = format!("fn f(t: crate::t::T) {{ {call} }}");
            files[3].1 = &user;
            assert_eq!(cycles(&files), [["a", "b"]], "{call}");
        }
    }

    #[test]
    fn call_of_a_method_whose_name_is_ambiguous_does_not_count() {
        for other in [
            "pub struct T; pub struct U; impl U { fn check(&self) {} }",
            "pub struct T; pub trait Check { fn check(&self); }",
        ] {
            let mut files = TYPE_WITH_A_METHOD_ELSEWHERE;
            files[1].1 = other;
            assert!(cycles(&files).is_empty(), "{other}");
        }
    }

    #[test]
    fn generated_types_and_generated_methods_are_separate_modules() {
        let files = [
            (
                "lib.rs",
                "mod client; mod generated { include!(\"x\"); } use generated::types; use client::Client;",
            ),
            ("client.rs", "pub struct Client(crate::types::T);"),
        ];
        let types = "pub mod types { pub struct T; }";
        for (methods, expected) in [
            ("impl crate::Client { fn f() -> types::T { types::T } }", 0),
            ("impl types::T { fn f(_: crate::Client) {} }", 0),
            ("pub mod types { fn f(_: crate::Client) {} }", 1),
        ] {
            let mut tree = load(&files);
            let file = syn::parse_file(&format!("{types} {methods}")).unwrap();
            tree.add_generated(file.items).unwrap();
            assert_eq!(cycles_in(&tree).len(), expected, "{methods}");
        }
    }

    #[test]
    fn use_of_a_higher_layer_is_a_violation() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::inner::B; use crate::c;"),
            ("b.rs", "pub mod inner { pub struct B; } use crate::c::C;"),
            ("c.rs", "pub struct C;"),
        ];
        assert!(violations("a # the highest\nb\n  c # beside b", &files).is_empty());
        assert_eq!(
            violations("b c\na", &files),
            [
                "a is below b, but a uses crate::b::inner::B",
                "a is below c, but a uses crate::c"
            ]
        );
    }

    #[test]
    fn layers_and_modules_must_be_the_same() {
        assert_eq!(
            violations("a\nc", &[("lib.rs", "mod a {} mod b {}")]),
            ["b is in no layer", "c is in a layer, but not a module"]
        );
        let twice = "\n```text layers of p\na\na b\n```\n";
        let error = Layers::read(twice, "p").err().unwrap();
        assert_eq!(error.to_string(), "p: a is in two layers");
    }

    #[test]
    fn binary_beside_a_library_is_checked() {
        let directory = tempfile::tempdir().unwrap();
        let circular = "mod x { use crate::y; } mod y { use crate::x; }";
        write(
            directory.path(),
            &[("src/lib.rs", ""), ("src/main.rs", circular)],
        );
        let faults = check(directory.path(), "p", directory.path(), "").unwrap();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("x <-> y"), "{faults:?}");
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
        let references = references::all(&Tree::load(&root).unwrap());
        let found = cycles::find(&references);
        let shown: Vec<String> = found.iter().map(Cycle::to_string).collect();
        let expected = "a <-> b\n    a -> b: a::x uses crate::b::B\n    b -> a: b uses crate::a::A";
        assert_eq!(shown, [expected]);
    }

    #[test]
    fn package_that_does_not_exist_is_an_error() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let error = run(root, Some("none")).unwrap_err();
        assert_eq!(error.to_string(), "the workspace has no package none");
    }

    #[test]
    fn packages_are_the_root_and_the_members_of_the_workspace() {
        let directory = tempfile::tempdir().unwrap();
        write(
            directory.path(),
            &[
                (
                    "Cargo.toml",
                    "[workspace]\nmembers = [\"x\"]\n\n[package]\nname = \"p\"\n",
                ),
                ("x/Cargo.toml", "[package]\nname = \"p-x\"\n"),
            ],
        );
        let found = packages(directory.path()).unwrap();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["p", "p-x"]);
    }
}
