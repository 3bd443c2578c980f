//! Errors in a description, with file and place.

use std::fmt;
use std::path::{Path, PathBuf};

/// One error in the description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file with the error.
    pub file: PathBuf,
    /// The endpoint, schema or member.
    pub place: String,
    /// What is wrong.
    pub message: String,
}

impl Diagnostic {
    pub(crate) fn new(file: &Path, place: &str, message: String) -> Self {
        Self {
            file: file.to_owned(),
            place: place.to_owned(),
            message,
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: {}: {}",
            self.file.display(),
            self.place,
            self.message
        )
    }
}

/// All errors found, one per line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    pub(crate) fn one(file: &Path, place: &str, message: String) -> Self {
        Self(vec![Diagnostic::new(file, place, message)])
    }

    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// `Ok` if there are none.
    pub(crate) fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(formatter)?;
            }
            write!(formatter, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
