//! Generates the client from the description in `openapi/`.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=openapi");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let generated = authlete_codegen::Description::load(Path::new("openapi"))
        .and_then(|description| authlete_codegen::generate(&description));
    match generated {
        Ok(generated) => {
            for (name, file) in [
                ("client.rs", generated.client),
                ("probe.rs", generated.probe),
            ] {
                fs::write(out.join(name), authlete_codegen::source(&file))
                    .expect("OUT_DIR can be written to");
            }
        }
        Err(diagnostics) => diagnostics
            .0
            .iter()
            .for_each(|diagnostic| println!("cargo::error={diagnostic}")),
    }
}
