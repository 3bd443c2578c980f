//! The results in benches/README.md: each block is the output of its command.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::markdown_block;

/// The line before a block, around its command.
const BEGIN: (&str, &str) = ("<!-- output of `", "` -->\n");
/// The line after a block.
const END: &str = "<!-- end of output -->\n";

/// Runs the commands that contain the filter, and writes what they print.
pub fn run(root: &Path, filter: &str) -> Result<ExitCode> {
    let path = root.join("benches/README.md");
    let text = fs::read_to_string(&path)?;
    let commands: Vec<_> = commands(&text)
        .filter(|command| command.contains(filter))
        .collect();
    ensure!(
        !commands.is_empty(),
        "no command in benches/README.md contains {filter:?}"
    );
    let mut updated = text.clone();
    for command in commands {
        println!("{command}");
        updated = replace(&updated, command, &output(root, command)?)?;
        // Written after each command, so that a later failure loses nothing.
        fs::write(&path, &updated)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn commands(text: &str) -> impl Iterator<Item = &str> {
    text.split(BEGIN.0)
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(BEGIN.1)?.0))
}

/// The text with another output of a command.
fn replace(text: &str, command: &str, output: &str) -> Result<String> {
    let begin = format!("{}{command}{}", BEGIN.0, BEGIN.1);
    markdown_block::replace(text, &begin, END, output)
}

fn output(root: &Path, command: &str) -> Result<String> {
    let mut words = command.split(' ');
    ensure!(
        words.next() == Some("cargo"),
        "not a cargo command: {command}"
    );
    let output = Command::new(env!("CARGO"))
        .args(words)
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .context("cargo")?;
    ensure!(output.status.success(), "{command} failed");
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Results
<!-- output of `cargo bench --bench a` -->

| old |

<!-- end of output -->
Between.
<!-- output of `cargo bench --bench b` -->
<!-- end of output -->
";

    #[test]
    fn commands_are_found_in_their_order() {
        let commands: Vec<_> = commands(TEXT).collect();
        assert_eq!(commands, ["cargo bench --bench a", "cargo bench --bench b"]);
    }

    #[test]
    fn output_replaces_the_block_of_its_command_only() {
        let text = replace(TEXT, "cargo bench --bench a", "\n| new |\n").unwrap();
        assert_eq!(text, TEXT.replace("old", "new"));
        let text = replace(&text, "cargo bench --bench b", "| b |").unwrap();
        assert!(
            text.contains(
                "Between.\n<!-- output of `cargo bench --bench b` -->\n\n| b |\n\n<!-- end"
            )
        );
    }

    #[test]
    fn block_without_an_end_is_an_error() {
        let text = TEXT.replace(END, "");
        assert!(replace(&text, "cargo bench --bench a", "x").is_err());
    }
}
