//! Generates code that calls every operation by its ID, like the build script of the crate.

#[path = "../tests/integration/arguments.rs"]
mod arguments;
#[allow(dead_code)]
#[path = "../tests/integration/description.rs"]
mod description;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use authlete_codegen::document::operations;
use authlete_codegen::{Description, generate, source};

fn main() {
    for input in ["openapi", "tests/integration"] {
        println!("cargo::rerun-if-changed=../{input}");
    }
    // The directory in which the tests run.
    env::set_current_dir("..").expect("this is a directory of the repository");
    let generated = Description::load(Path::new("openapi"))
        .and_then(|description| generate(&description))
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let arguments: BTreeMap<_, _> = operations(&description::FLAT)
        .map(|operation| (operation.id(), arguments::required(operation.id())))
        .collect();
    let arguments = serde_json::to_string(&arguments).expect("values are JSON");

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    for (name, content) in [
        ("probe.rs", source(&generated.probe)),
        ("arguments.json", arguments),
    ] {
        fs::write(out.join(name), content).expect("OUT_DIR can be written to");
    }
}
