//! Differences between the description and another OpenAPI document of the API.
//!
//! Data flow: [`document`] reads documents and resolves references, [`endpoint`] and [`shape`] normalize them,
//! [`mod@compare`] compares them endpoint by endpoint, and [`report`] writes the differences.

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

/// Compares, and omits differences that an earlier document already had.
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
