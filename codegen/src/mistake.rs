//! Mistakes in a description, with file and place.

use std::fmt;
use std::path::{Path, PathBuf};

/// One mistake in the description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file with the mistake.
    pub file: PathBuf,
    /// The endpoint, schema or member.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

impl Mistake {
    pub(crate) fn new(file: &Path, place: &str, what: String) -> Self {
        Self {
            file: file.to_owned(),
            place: place.to_owned(),
            what,
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: {}: {}",
            self.file.display(),
            self.place,
            self.what
        )
    }
}

/// All mistakes found, one per line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    pub(crate) fn one(file: &Path, place: &str, what: String) -> Self {
        Self(vec![Mistake::new(file, place, what)])
    }

    pub(crate) fn push(&mut self, mistake: Mistake) {
        self.0.push(mistake);
    }

    /// `Ok` if there are none.
    pub(crate) fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(formatter)?;
            }
            write!(formatter, "{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}
