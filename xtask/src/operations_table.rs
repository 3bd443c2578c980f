//! The table of operations in README.md.

use anyhow::Result;
use authlete_codegen::Description;
use authlete_codegen::description::{DISPLAY_NAME, GROUP, NOTE};
use serde_json::Value;

use crate::markdown_block;

/// The lines before and after the table.
const BEGIN: &str = "<!-- operations: written by `cargo xtask generate` -->\n";
const END: &str = "<!-- end of operations -->\n";

/// The text of README.md with the table of operations between its markers.
pub fn replace_in(text: &str, description: &Description) -> Result<String> {
    markdown_block::replace(text, BEGIN, END, &table(description))
}

fn table(description: &Description) -> String {
    let mut table = "| Category | Methods |\n|---|---|\n".to_owned();
    for (heading, ids) in rows(description) {
        let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
        table += &format!("| {heading} | {} |\n", ids.join(", "));
    }
    table
}

/// Headings with their operations, by category.
fn rows(description: &Description) -> Vec<(String, Vec<&str>)> {
    let mut rows: Vec<(String, Vec<&str>)> = Vec::new();
    let tags = description.document["tags"].as_array();
    for tag in tags.into_iter().flatten() {
        for entry in description
            .operations_as_written()
            .filter(|entry| entry.value["tags"][0] == tag["name"])
        {
            let heading = heading(tag, entry.value);
            match rows.iter_mut().find(|(other, _)| *other == heading) {
                Some((_, ids)) => ids.push(entry.id()),
                None => rows.push((heading, vec![entry.id()])),
            }
        }
    }
    rows
}

fn heading(tag: &Value, operation: &Value) -> String {
    if let Some(group) = operation[GROUP].as_str() {
        return group.to_owned();
    }
    let name = tag[DISPLAY_NAME].as_str().unwrap_or_default();
    match tag[NOTE].as_str() {
        Some(note) => format!("{name} ({note})"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description() -> Description {
        Description::load(&crate::workspace_root().join("openapi")).unwrap()
    }

    #[test]
    fn every_operation_is_in_the_table_once() {
        let description = description();
        let rows = rows(&description);
        let mut listed: Vec<&str> = rows.iter().flat_map(|(_, ids)| ids.clone()).collect();
        let mut all: Vec<&str> = description.operations().map(|entry| entry.id()).collect();
        listed.sort_unstable();
        all.sort_unstable();
        assert_eq!(listed, all);
    }

    #[test]
    fn headings_are_those_of_the_category_or_of_the_operation() {
        let table = table(&description());
        for row in [
            "| Device flow (RFC 8628) | `device_authorization`, ",
            "| Introspection | `introspection` |\n",
            "| Introspection (RFC 7662) | `standard_introspection` |\n",
        ] {
            assert!(table.contains(row), "{row}:\n{table}");
        }
        assert!(table.find("| Authorization |") < table.find("| Attestation ("));
    }
}
