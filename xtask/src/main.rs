//! Tasks for contributors: `cargo xtask --help`.

#![forbid(unsafe_code)]

mod bench;
mod build_time;
mod check;
mod coverage;
mod drift;
mod facts;
mod faults;
mod features_table;
mod generate;
mod generation;
mod markdown_block;
mod modules;
mod operations_table;
mod output;
mod public_api;
mod requests;
mod rust_version;
mod settings_table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use authlete_codegen::Description;
use clap::{Parser, Subcommand};

use crate::generation::Generation;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Tasks for contributors")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check the description, and report each error with its file and place
    Check,
    /// Write the files that are derived from the description and the code
    Generate {
        /// Compare the files instead of writing them, and fail if one differs
        #[arg(long)]
        check: bool,
        /// Include the table of faults in src/faults.md, which needs two test runs
        #[arg(long)]
        faults: bool,
    },
    /// Write the description as one JSON document
    Bundle {
        /// The file to write [default: standard output]
        #[arg(short, long)]
        output: Option<PathBuf>,
        /// The generation of the API to describe [default: 3.0 with notes where 2.x differs]
        #[arg(long)]
        api_version: Option<Generation>,
    },
    /// Compare the description with facts: endpoints.json, schemas.json and enums.json in a directory
    Coverage {
        /// The directory with the facts
        directory: PathBuf,
        /// Compare only the endpoints that the Go library has
        #[arg(long)]
        go: bool,
    },
    /// Report the differences from another OpenAPI document of the API as Markdown, and fail if there are any
    Drift {
        /// The other document: OpenAPI 3.0 or 3.1, JSON or YAML
        file: PathBuf,
        /// The generation that it describes
        #[arg(long, default_value = "3.0")]
        api_version: Generation,
        /// Omit differences that this earlier document already had
        #[arg(long, value_name = "FILE")]
        since: Option<PathBuf>,
    },
    /// Write the generated source to a file, for reading
    Expand {
        /// The file to write [default: target/expanded.rs]
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
    /// Find modules with cyclic dependencies or with dependencies on a higher layer, and fail if there are any
    Modules {
        /// The package, such as authlete-axum [default: all packages of the workspace]
        package: Option<String>,
    },
    /// Run the benchmarks, and write their results to benches/README.md
    Bench {
        /// Run only the commands of benches/README.md that contain this text
        #[arg(default_value = "")]
        filter: String,
    },
    /// Measure the release build time of the crate alone, relative to plain progenitor output of the same description
    BuildTime {
        /// The number of builds, whose median is reported
        #[arg(long, default_value_t = 3)]
        runs: usize,
    },
}

fn main() -> Result<ExitCode> {
    if let Some(code) = public_api::as_rustdoc() {
        return Ok(code);
    }
    // Parsed first, so that the help works even if the description has errors.
    let Arguments { task } = Arguments::parse();
    let root = workspace_root();
    let load = || Description::load(&root.join("openapi"));
    match task {
        Task::Check => check::run(&load()?),
        Task::Generate { check, faults } => generate::run(&load()?, root, check, faults),
        Task::Bundle {
            output,
            api_version,
        } => {
            let bundle = output::bundle(&load()?, api_version)?;
            output::write(output.as_deref(), &bundle)
        }
        Task::Coverage { directory, go } => coverage::run(&load()?, &directory, go),
        Task::Drift {
            file,
            api_version,
            since,
        } => drift::run(&load()?, &file, api_version, since.as_deref()),
        Task::Expand { output } => {
            let source = authlete_codegen::source(&authlete_codegen::generate(&load()?)?.client);
            output::write(
                Some(&output.unwrap_or_else(|| root.join("target/expanded.rs"))),
                &source,
            )
        }
        Task::Modules { package } => modules::run(root, package.as_deref()),
        Task::Bench { filter } => bench::run(root, &filter),
        Task::BuildTime { runs } => build_time::run(&load()?, root, runs),
    }
}

fn workspace_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or_else(|| Path::new("."))
}
