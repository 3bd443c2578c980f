//! Checks that code can be generated from the description.

use std::process::ExitCode;

use anyhow::Result;
use authlete_codegen::Description;

pub fn run(description: &Description) -> Result<ExitCode> {
    authlete_codegen::generate(description)?;
    println!(
        "{} files, {} operations, {} schemas: valid",
        description.files().len(),
        description.operations().count(),
        description.schemas().len()
    );
    Ok(ExitCode::SUCCESS)
}
