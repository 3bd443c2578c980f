//! The table of features in README.md: each feature in Cargo.toml with its comment.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::markdown_block;

/// The lines before and after the table.
const BEGIN: &str = "<!-- features: written by `cargo xtask generate` -->\n";
const END: &str = "<!-- end of features -->\n";

/// The text of README.md with the table of features between its markers.
pub fn replace_in(text: &str, root: &Path) -> Result<String> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).context("Cargo.toml")?;
    markdown_block::replace(text, BEGIN, END, &table(&manifest)?)
}

fn table(manifest: &str) -> Result<String> {
    let (_, section) = manifest
        .split_once("\n[features]\n")
        .context("Cargo.toml has no section [features]")?;
    let mut table = "| Feature | Default | |\n|---|---|---|\n".to_owned();
    let (mut defaults, mut comment) = ("", Vec::new());
    for line in section.lines().take_while(|line| !line.starts_with('[')) {
        if let Some(text) = line.strip_prefix("# ") {
            comment.push(text);
        } else if let Some((name, value)) = line.split_once(" = ") {
            if name == "default" {
                defaults = value;
            } else {
                ensure!(!comment.is_empty(), "Cargo.toml: {name} has no comment");
                let is_default = defaults.contains(&format!("\"{name}\""));
                let default = if is_default { "yes" } else { "no" };
                table += &format!("| `{name}` | {default} | {} |\n", comment.join(" "));
            }
            comment.clear();
        } else {
            // A comment that an empty line follows belongs to no feature.
            comment.clear();
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_is_in_the_table_with_its_comment() {
        let manifest = "\
[package]
name = \"a\"

[features]
default = [\"tls\"]
# For all.

# Encrypts
# connections.
tls = []
# Faster.
tls-fast = [\"tls\"]

[dependencies]
# Not a feature.
tls = \"1\"
";
        let expected = "\
| Feature | Default | |
|---|---|---|
| `tls` | yes | Encrypts connections. |
| `tls-fast` | no | Faster. |
";
        assert_eq!(table(manifest).unwrap(), expected);
    }

    #[test]
    fn feature_without_a_comment_is_an_error() {
        let error = table("\n[features]\n# Encrypts.\ntls = []\nfast = []\n").unwrap_err();
        assert_eq!(error.to_string(), "Cargo.toml: fast has no comment");
    }
}
