//! URL paths and their arguments.

use std::fmt::{Arguments, Display};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use crate::{Error, Operation, Result};

/// Appends a path to that of a URL. Parsing the whole URL again would account for 10 % of the cost of a call.
pub(crate) fn join_path(url: &Url, path: Arguments<'_>) -> Url {
    let mut joined = url.clone();
    joined.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
    joined
}

/// All characters but the unreserved ones of RFC 3986 §2.3.
const ESCAPED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Escapes an argument for use as one segment of a path.
///
/// Rejects an empty argument, and `.` and `..`, which URL parsers resolve even if they are escaped: they would address
/// another endpoint.
pub(crate) fn path_segment(
    operation: &'static Operation,
    argument: &'static str,
    value: &impl Display,
) -> Result<String> {
    let text = value.to_string();
    let reason = match text.as_str() {
        "" => "is empty",
        "." | ".." => "cannot be `.` or `..` in a path",
        _ => return Ok(utf8_percent_encode(&text, &ESCAPED).to_string()),
    };
    Err(Error::InvalidArgument {
        operation: operation.id,
        argument,
        reason,
    })
}
