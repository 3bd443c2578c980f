//! The build time of the crate alone, as a ratio to a baseline.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use authlete_codegen::Description;

/// The manifest of the baseline: progenitor's plain positional output with the same dependencies.
const BASELINE_MANIFEST: &str = r#"
[package]
name = "build-time-baseline"
edition = "2024"

[dependencies]
# For members with a date and a time.
chrono = { version = "0.4.45", default-features = false, features = ["serde"] }
progenitor-client = "0.15.1"
reqwest = { version = "0.13", default-features = false, features = ["json", "query", "rustls", "stream"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"

[workspace]
"#;

pub fn run(description: &Description, root: &Path, runs: usize) -> Result<ExitCode> {
    ensure!(runs > 0, "--runs must be at least 1");
    let baseline = root.join("target/build-time");
    let plain = authlete_codegen::source(&authlete_codegen::unrefined(description)?);
    let generated = authlete_codegen::source(&authlete_codegen::generate(description)?.client);
    fs::create_dir_all(baseline.join("src"))?;
    fs::write(baseline.join("Cargo.toml"), BASELINE_MANIFEST)?;
    fs::copy(root.join("Cargo.lock"), baseline.join("Cargo.lock"))?;
    fs::write(baseline.join("src/lib.rs"), &plain)?;
    let plain_lines = plain.lines().count();
    let subjects = [
        Subject {
            package: "authlete",
            directory: root.to_owned(),
            source: root.join("src/lib.rs"),
        },
        Subject {
            package: "build-time-baseline",
            source: baseline.join("src/lib.rs"),
            directory: baseline,
        },
    ];
    let mut times = [Vec::new(), Vec::new()];
    for subject in &subjects {
        subject.build(root)?;
    }
    for _ in 0..runs {
        for (subject, times) in subjects.iter().zip(&mut times) {
            subject.touch()?;
            times.push(subject.build(root)?);
        }
    }
    let [ours, plain] = times.map(median);
    println!("| | lines | time | ratio |\n|---|---|---|---|");
    println!(
        "| refined, with everything in `src/` | {} | {ours:.1?} | {:.2} |",
        generated.lines().count(),
        ours.as_secs_f64() / plain.as_secs_f64()
    );
    println!("| plain | {plain_lines} | {plain:.1?} | |");
    Ok(ExitCode::SUCCESS)
}

struct Subject {
    package: &'static str,
    directory: PathBuf,
    source: PathBuf,
}

impl Subject {
    /// Makes cargo rebuild only this crate.
    fn touch(&self) -> Result<()> {
        fs::File::options()
            .append(true)
            .open(&self.source)?
            .set_modified(std::time::SystemTime::now())?;
        Ok(())
    }

    fn build(&self, root: &Path) -> Result<Duration> {
        let start = Instant::now();
        let output = Command::new(env!("CARGO"))
            .args(["build", "--release", "--package", self.package])
            .env("CARGO_TARGET_DIR", root.join("target"))
            .current_dir(&self.directory)
            .output()
            .context("cargo")?;
        ensure!(
            output.status.success(),
            "cargo build --package {} failed:\n{}",
            self.package,
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(start.elapsed())
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
