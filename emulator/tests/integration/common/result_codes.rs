//! Assertions about result codes whose failures say what the codes mean.

use std::fmt::{Debug, Display};
use std::path::Path;

use super::refusal;

/// Asserts that an answer has a result code.
#[track_caller]
pub fn assert_code(actual: Option<&str>, expected: &str) {
    assert!(actual == Some(expected), "{}", difference(actual, expected));
}

/// Asserts that the answer in one of several cases has a result code.
#[track_caller]
pub fn assert_code_for(actual: Option<&str>, expected: &str, case: impl Display) {
    assert!(
        actual == Some(expected),
        "{}, for {case}",
        difference(actual, expected)
    );
}

/// Asserts that a call is refused with an HTTP status and a result code.
#[track_caller]
pub fn assert_refusal<T: Debug>(result: authlete::Result<T>, status: u16, code: &str) {
    let (actual_status, actual_code) = refusal(result);
    assert_code(Some(&actual_code), code);
    assert_eq!(actual_status, status);
}

fn difference(actual: Option<&str>, expected: &str) -> String {
    format!(
        "the result code is {}, not {}",
        actual.map_or_else(|| "missing".to_owned(), with_meaning),
        with_meaning(expected)
    )
}

/// A result code with its name and its reason in the table of the emulator.
fn with_meaning(code: &str) -> String {
    let quoted = format!("\"{code}\"");
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/result_code");
    let meaning = directory.read_dir().expect("the table").find_map(|file| {
        let text = std::fs::read_to_string(file.ok()?.path()).ok()?;
        entry(&text, &quoted)
    });
    let meaning = meaning.unwrap_or_else(|| "not in the table of the emulator".to_owned());
    format!("{code} ({meaning})")
}

/// Finds `NAME = origin "code", "reason";` in a file of the table.
fn entry(text: &str, quoted: &str) -> Option<String> {
    text.split(';').find_map(|entry| {
        let (head, rest) = entry.split_once(quoted)?;
        let (names, _origin) = head.rsplit_once('=')?;
        let name = names.split_whitespace().last()?;
        let (_, reason) = rest.split_once('"')?;
        let (reason, _) = reason.rsplit_once('"')?;
        Some(format!("{name}: {reason}"))
    })
}
