//! The table of settings in README.md: each variant of `Setting` with its names and its documentation.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use syn::visit::Visit;
use syn::{Expr, ExprLit, Item, Lit, Meta, Pat, Variant};

use crate::markdown_block;

/// The lines before and after the table.
const BEGIN: &str = "<!-- settings: written by `cargo xtask generate` -->\n";
const END: &str = "<!-- end of settings -->\n";

/// The file with the settings.
const SOURCE: &str = "src/config/setting.rs";

/// The text of README.md with the table of settings between its markers.
pub fn replace_in(text: &str, root: &Path) -> Result<String> {
    let source = fs::read_to_string(root.join(SOURCE)).context(SOURCE)?;
    markdown_block::replace(text, BEGIN, END, &table(&source).context(SOURCE)?)
}

fn table(source: &str) -> Result<String> {
    let file = syn::parse_file(source)?;
    let settings = file.items.iter().find_map(|item| match item {
        Item::Enum(item) if item.ident == "Setting" => Some(&item.variants),
        _ => None,
    });
    let mut names = Names::default();
    names.visit_file(&file);
    let mut table = "| TOML key | Environment variable | Meaning |\n|---|---|---|\n".to_owned();
    for setting in settings.context("there is no enum Setting")? {
        let name = setting.ident.to_string();
        let of_setting = names.0.iter().find(|(variant, _)| *variant == name);
        let (_, texts) = of_setting.with_context(|| format!("{name} has no names"))?;
        let [toml_key, variable] = texts.as_slice() else {
            anyhow::bail!("{name} does not have two names: {texts:?}");
        };
        let meaning = documentation(setting);
        ensure!(!meaning.is_empty(), "{name} has no documentation");
        table += &format!("| `{toml_key}` | `{variable}` | {meaning} |\n");
    }
    Ok(table)
}

/// The string literals of each match arm for one variant: the names of a setting.
#[derive(Default)]
struct Names(Vec<(String, Vec<String>)>);

impl<'a> Visit<'a> for Names {
    fn visit_arm(&mut self, arm: &'a syn::Arm) {
        if let Pat::Path(pattern) = &arm.pat
            && let Some(variant) = pattern.path.segments.last()
        {
            let mut texts = Texts::default();
            texts.visit_expr(&arm.body);
            self.0.push((variant.ident.to_string(), texts.0));
        }
    }
}

/// The string literals of an expression.
#[derive(Default)]
struct Texts(Vec<String>);

impl<'a> Visit<'a> for Texts {
    fn visit_lit_str(&mut self, literal: &'a syn::LitStr) {
        self.0.push(literal.value());
    }
}

/// The documentation of a variant, in one line.
fn documentation(variant: &Variant) -> String {
    let lines = variant
        .attrs
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        });
    lines.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = r#"
/// A setting.
pub enum Setting {
    /// The URL of the
    /// server.
    BaseUrl,
    /// The key.
    Key,
}

impl Setting {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Key => {
                ("Key", "AUTHLETE_KEY")
            }
            Self::BaseUrl => ("BaseUrl", "AUTHLETE_BASE_URL"),
        }
    }
}

/// Not a name.
impl Display for Setting {}
"#;

    #[test]
    fn every_setting_is_in_the_table_with_its_names_and_its_documentation() {
        let expected = "\
| TOML key | Environment variable | Meaning |
|---|---|---|
| `BaseUrl` | `AUTHLETE_BASE_URL` | The URL of the server. |
| `Key` | `AUTHLETE_KEY` | The key. |
";
        assert_eq!(table(SETTINGS).unwrap(), expected);
    }

    #[test]
    fn setting_without_names_or_documentation_is_an_error() {
        let without_documentation = SETTINGS.replace("    /// The key.\n", "");
        let error = table(&without_documentation).unwrap_err();
        assert_eq!(error.to_string(), "Key has no documentation");

        let without_names = SETTINGS.replace("Self::Key =>", "_ =>");
        let error = table(&without_names).unwrap_err();
        assert_eq!(error.to_string(), "Key has no names");
    }
}
