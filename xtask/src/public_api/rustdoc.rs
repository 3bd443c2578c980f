//! Runs rustdoc for its JSON output. The output is unstable: stable rustdoc writes it only with `RUSTC_BOOTSTRAP`, and each
//! version of the crate `public-api` supports only some compiler versions.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

/// A compiler version that `public-api` supports. Change both together.
const TOOLCHAIN: &str = "1.95.0";

/// Set when this program runs in place of rustdoc.
const AS_RUSTDOC: &str = "XTASK_AS_RUSTDOC";

/// Runs rustdoc in place of a task when cargo calls this program. `RUSTC_BOOTSTRAP` is set only for rustdoc, so that cargo
/// need not rebuild dependencies whose build scripts depend on it.
pub fn as_rustdoc() -> Option<ExitCode> {
    env::var_os(AS_RUSTDOC)?;
    let status = Command::new("rustdoc")
        .args(env::args_os().skip(1))
        .env("RUSTC_BOOTSTRAP", "1")
        .status();
    Some(match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("rustdoc: {error}");
            ExitCode::FAILURE
        }
    })
}

/// The published packages, and the rustdoc JSON file of the library of each, with all features. All packages and an example are
/// built, so that Cargo uses dependencies with the same features as `cargo clippy --workspace --all-targets --all-features`, and
/// builds them once.
pub fn documents(root: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut cargo = cargo(root)?;
    cargo
        .args([
            "doc",
            "--quiet",
            "--workspace",
            "--no-deps",
            "--all-features",
        ])
        .args(["--lib", "--example", "authorization_code_flow"])
        .env("RUSTDOC", env::current_exe()?)
        .env(AS_RUSTDOC, "1")
        .env(
            "RUSTDOCFLAGS",
            "-Z unstable-options --output-format json --cap-lints allow",
        );
    let status = cargo.status().context("cargo")?;
    ensure!(
        status.success(),
        "cargo doc failed; the listing of the public API needs Rust {TOOLCHAIN}"
    );
    let metadata = metadata(root)?;
    let directory = metadata.target_directory.join("doc");
    let published = metadata.packages.into_iter().filter(Package::is_published);
    let documents = published.map(|package| {
        let document = directory.join(package.name.replace('-', "_") + ".json");
        (package.name, document)
    });
    Ok(documents.collect())
}

/// The output of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    /// The registries to which it may be published; `None` for all.
    publish: Option<Vec<String>>,
}

impl Package {
    fn is_published(&self) -> bool {
        self.publish
            .as_ref()
            .is_none_or(|registries| !registries.is_empty())
    }
}

/// Cargo of [`TOOLCHAIN`]: the one in use, or the one from rustup.
fn cargo(root: &Path) -> Result<Command> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root);
    let version = output(Command::new("rustc").arg("--version").current_dir(root))?;
    if version.split(' ').nth(1) != Some(TOOLCHAIN) {
        cargo.env("RUSTUP_TOOLCHAIN", TOOLCHAIN);
    }
    Ok(cargo)
}

fn metadata(root: &Path) -> Result<Metadata> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(root);
    Ok(serde_json::from_str(&output(&mut cargo)?)?)
}

fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| program.clone())?;
    if !output.status.success() {
        bail!("{program}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}
