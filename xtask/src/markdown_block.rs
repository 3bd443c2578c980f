//! Derived blocks of Markdown files, between two marker lines.

use anyhow::{Context as _, Result};

/// The text with other content between the lines `begin` and `end`.
pub fn replace(text: &str, begin: &str, end: &str, content: &str) -> Result<String> {
    let missing = |line: &str| format!("the file does not have the line {}", line.trim_end());
    let (before, rest) = text.split_once(begin).with_context(|| missing(begin))?;
    let (_, after) = rest.split_once(end).with_context(|| missing(end))?;
    // Blank lines separate the content from the markers.
    let content = content.trim();
    Ok(format!("{before}{begin}\n{content}\n\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_is_replaced() {
        let text = "before\n<a>\nold\n<z>\nafter\n<z>\n";
        let expected = "before\n<a>\n\nnew\n\n<z>\nafter\n<z>\n";
        assert_eq!(replace(text, "<a>\n", "<z>\n", "new\n").unwrap(), expected);
        assert_eq!(
            replace(expected, "<a>\n", "<z>\n", "new").unwrap(),
            expected
        );
    }

    #[test]
    fn missing_marker_is_an_error_that_names_the_line() {
        for text in ["<z>\n", "<a>\n", "<z>\n<a>\n"] {
            let error = replace(text, "<a>\n", "<z>\n", "new").unwrap_err();
            assert!(error.to_string().contains("does not have the line <"));
        }
    }
}
