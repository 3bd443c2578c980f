//! The result codes that an operation may return.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The published codes with their operations. Codes that only the emulator has begin with `A9`.
static PUBLISHED: LazyLock<BTreeMap<String, Published>> = LazyLock::new(|| {
    let text = include_str!("../published_result_codes.txt");
    let groups = text.lines().filter(|line| !line.starts_with('#'));
    groups.flat_map(codes).collect()
});

struct Published {
    operations: Vec<&'static str>,
    names_path: bool,
}

fn codes(line: &'static str) -> impl Iterator<Item = (String, Published)> {
    let (head, codes) = line.split_once(':').unwrap();
    let mut words = head.split(' ');
    let group = words.next().unwrap();
    let operations: Vec<_> = words.collect();
    codes.split_whitespace().map(move |rest| {
        let published = Published {
            operations: operations.clone(),
            names_path: rest.ends_with('/'),
        };
        (format!("A{group}{}", rest.trim_end_matches('/')), published)
    })
}

/// The fault in a result code and its message in a response of an operation.
pub fn fault(operation: &str, code: &str, message: &str) -> Option<String> {
    let digits = code.strip_prefix('A').unwrap_or_default();
    let is_code = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let message = message.strip_prefix(&format!("[{code}] "));
    let (true, Some(message)) = (is_code, message) else {
        return Some(format!(
            "the code {code}, which is malformed or missing in the message"
        ));
    };
    let Some(published) = PUBLISHED.get(code) else {
        let is_own = code.starts_with("A9");
        return (!is_own).then(|| {
            format!("the code {code}, which is neither published nor one of the emulator")
        });
    };
    if published.names_path != message.starts_with('/') {
        return Some(format!(
            "a message for {code} that begins with a path, or should"
        ));
    }
    let is_of_operation = published
        .operations
        .iter()
        .any(|name| *name == operation || *name == "*");
    (!is_of_operation).then(|| format!("the code {code}, which is not one of {operation}"))
}
