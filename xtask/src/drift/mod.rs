//! What another OpenAPI document of the API has that the description lacks, and the other way round.
//!
//! The way of the data: [`document`] reads and resolves, [`endpoint`] and [`shape`] are what two documents have in
//! common however they are written, [`mod@compare`] follows both from endpoint to endpoint, [`report`] says what differs.

mod compare;
mod difference;
mod document;
mod endpoint;
mod report;
mod shape;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use authlete_codegen::Description;

use crate::generation::{Generation, only};
use crate::output;
use compare::compare;
use document::Document;

/// Compares, and leaves out what an earlier document differed in as well.
pub fn run(
    description: &Description,
    file: &Path,
    generation: Generation,
    since: Option<&Path>,
) -> Result<ExitCode> {
    let ours = Document::new(only(&description.document, generation));
    let theirs = Document::read(file)?;
    let mut drift = compare(&ours, &theirs);
    if let Some(earlier) = since {
        drift.subtract(&compare(&ours, &Document::read(earlier)?));
    }
    let titles = format!("# Drift from {} to {}", ours.title(), theirs.title());
    output::write(None, &format!("{titles}\n\n{drift}"))?;
    Ok(if drift.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
