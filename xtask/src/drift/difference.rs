//! One thing that two documents say otherwise, a line of the report.

use std::fmt;

/// What [`Difference::either`] calls a parameter or member that need not be given, and one that must be.
pub const REQUIRED: [&str; 2] = ["optional", "required"];
/// What it calls one that is not deprecated, and one that is.
pub const DEPRECATED: [&str; 2] = ["in use", "deprecated"];
/// What it calls a member that requests may have, and one that only responses have.
pub const READ_ONLY: [&str; 2] = ["writable", "read-only"];
/// What it calls a member that responses may have, and one that only requests have.
pub const WRITE_ONLY: [&str; 2] = ["readable", "write-only"];

/// The order is that of the report: first what a maintainer may have to add.
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
    /// What stands in a list of which all is only there, or only here.
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

    /// What is so here, and not so there, or the other way round.
    pub fn either(what: &str, states: [bool; 2], words: [&str; 2]) -> Option<Self> {
        let [here, there] = states.map(|state| words[usize::from(state)]);
        (here != there).then(|| Self::other(what, here, there))
    }
}

/// A box to tick for all that is to be decided. What only we have mostly stays.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after = |detail: &str| match detail {
            "" => String::new(),
            detail => format!(": {detail}"),
        };
        match self {
            Self::OnlyThere { what, detail } => {
                write!(f, "- [ ] only there: {what}{}", after(detail))
            }
            Self::Other { what, here, there } => {
                write!(f, "- [ ] {what}: {here} here, {there} there")
            }
            Self::OnlyHere { what } => write!(f, "- only here: {what}"),
            Self::Listed { what, detail } => write!(f, "- [ ] {what}{}", after(detail)),
        }
    }
}

/// Text that Markdown shows as it is.
pub fn code(text: &str) -> String {
    format!("`{text}`")
}
