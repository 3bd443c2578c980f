//! Runs the fuzz targets of `fuzz/` on their seeds.
//!
//! If `AUTHLETE_FUZZ_SEEDS` is set, the seeds are also written to this directory for the fuzzer.

#[path = "../../../fuzz/src/answer/mod.rs"]
mod answer;
#[path = "../../../fuzz/src/configuration.rs"]
mod configuration;
mod seeds;

use std::path::Path;
use std::{env, fs};

/// Runs a target on named inputs.
fn run(name: &str, target: fn(&[u8]) -> bool, seeds: impl IntoIterator<Item = (String, String)>) {
    let corpus = env::var_os("AUTHLETE_FUZZ_SEEDS").map(|corpora| Path::new(&corpora).join(name));
    if let Some(corpus) = &corpus {
        fs::create_dir_all(corpus).unwrap();
    }
    for (name, seed) in seeds {
        println!("{name}");
        assert!(target(seed.as_bytes()));
        if let Some(corpus) = &corpus {
            fs::write(corpus.join(name), seed).unwrap();
        }
    }
}

#[test]
fn target_answer_accepts_each_seed() {
    run("answer", answer::run, seeds::answers());
}

#[test]
fn target_configuration_file_accepts_each_seed() {
    run(
        "configuration_file",
        configuration::run_file,
        seeds::configuration_files(),
    );
}

#[test]
fn target_settings_accepts_each_seed() {
    run("settings", configuration::run_settings, seeds::settings());
}
