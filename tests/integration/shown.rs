//! What can be seen of an error.

use std::error::Error as _;

use authlete::Error;

/// All that can be shown of an error, and of the errors that caused it.
pub fn shown(error: &Error) -> String {
    let mut shown = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(cause) = source {
        shown += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    shown
}
