//! The text of an error and its sources.

use std::error::Error as _;

use authlete::Error;

/// `Display` and `Debug` output of an error and of all its sources.
pub fn error_chain(error: &Error) -> String {
    let mut shown = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(cause) = source {
        shown += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    shown
}
