//! Whether the description is sound: code can be generated from it.

use std::process::ExitCode;

use anyhow::Result;
use authlete_codegen::Description;

pub fn run(description: &Description) -> Result<ExitCode> {
    authlete_codegen::generate(description)?;
    println!(
        "{} files, {} operations, {} schemas: sound",
        description.files().len(),
        description.operations().count(),
        description.schemas().len()
    );
    Ok(ExitCode::SUCCESS)
}
