//! Output of tasks.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use authlete_codegen::Description;

use crate::generation::{Generation, only};

/// The merged description as JSON, completely or for one generation.
pub fn bundle(description: &Description, generation: Option<Generation>) -> Result<String> {
    authlete_codegen::check::check(description)?;
    let document = &description.document;
    let text = match generation {
        None => serde_json::to_string_pretty(document)?,
        Some(generation) => serde_json::to_string_pretty(&only(document, generation))?,
    };
    Ok(text + "\n")
}

/// Writes to a file and prints its name, or to standard output.
pub fn write(path: Option<&Path>, text: &str) -> Result<ExitCode> {
    match path {
        None => io::stdout().write_all(text.as_bytes())?,
        Some(path) => {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, text).with_context(|| path.display().to_string())?;
            println!("{}: {} lines", path.display(), text.lines().count());
        }
    }
    Ok(ExitCode::SUCCESS)
}
