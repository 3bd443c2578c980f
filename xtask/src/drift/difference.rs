//! One difference between two documents: a line of the report.

use std::fmt;

/// The words of [`Difference::of_flags`] for optional and required parameters and members.
pub const REQUIRED: [&str; 2] = ["optional", "required"];
/// The words for what is not deprecated, and what is.
pub const DEPRECATED: [&str; 2] = ["in use", "deprecated"];
/// The words for members that requests may have, and those that only responses have.
pub const READ_ONLY: [&str; 2] = ["writable", "read-only"];
/// The words for members that responses may have, and those that only requests have.
pub const WRITE_ONLY: [&str; 2] = ["readable", "write-only"];

/// `here` is the description, `there` the other document. Ordered as in the report: first what a maintainer may have to add.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    OnlyThere {
        what: String,
        detail: String,
    },
    Other {
        what: String,
        here: String,
        there: String,
    },
    OnlyHere {
        what: String,
    },
    /// An item in a list of things that all are in one document only.
    Listed {
        what: String,
        detail: String,
    },
}

impl Difference {
    pub fn only_there(what: impl Into<String>, detail: impl Into<String>) -> Self {
        let (what, detail) = (what.into(), detail.into());
        Self::OnlyThere { what, detail }
    }

    pub fn only_here(what: impl Into<String>) -> Self {
        Self::OnlyHere { what: what.into() }
    }

    pub fn listed(what: impl Into<String>, detail: impl Into<String>) -> Self {
        let (what, detail) = (what.into(), detail.into());
        Self::Listed { what, detail }
    }

    pub fn other(what: &str, here: impl Into<String>, there: impl Into<String>) -> Self {
        let (what, here, there) = (what.to_owned(), here.into(), there.into());
        Self::Other { what, here, there }
    }

    /// The difference between two flags, if any.
    pub fn of_flags(what: &str, states: [bool; 2], words: [&str; 2]) -> Option<Self> {
        let [here, there] = states.map(|state| words[usize::from(state)]);
        (here != there).then(|| Self::other(what, here, there))
    }
}

/// Differences that need a decision have a checkbox. What only we have mostly stays.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after = |detail: &str| match detail {
            "" => String::new(),
            detail => format!(": {detail}"),
        };
        match self {
            Self::OnlyThere { what, detail } => {
                write!(
                    f,
                    "- [ ] only in the other document: {what}{}",
                    after(detail)
                )
            }
            Self::Other { what, here, there } => {
                write!(
                    f,
                    "- [ ] {what}: {here} in the description, {there} in the other document"
                )
            }
            Self::OnlyHere { what } => write!(f, "- only in the description: {what}"),
            Self::Listed { what, detail } => write!(f, "- [ ] {what}{}", after(detail)),
        }
    }
}

/// Text as inline code in Markdown.
pub fn code(text: &str) -> String {
    format!("`{text}`")
}
