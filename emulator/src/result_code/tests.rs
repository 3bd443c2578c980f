//! Compares the table with the list of published codes.

use std::collections::{BTreeMap, HashSet};

use super::{ResultCode, families};

/// The published codes, and whether the message of each has the path of the API.
const PUBLISHED: &str = include_str!("../../tests/published_result_codes.txt");

/// An entry of the table.
#[derive(Debug)]
pub struct TableEntry {
    name: &'static str,
    code: ResultCode,
    is_published: bool,
}

pub fn published(name: &'static str, code: ResultCode) -> TableEntry {
    TableEntry {
        name,
        code,
        is_published: true,
    }
}

pub fn own(name: &'static str, code: ResultCode) -> TableEntry {
    TableEntry {
        name,
        code,
        is_published: false,
    }
}

fn entries() -> impl Iterator<Item = TableEntry> {
    families().into_iter().flat_map(|(_, table)| table)
}

/// The properties of a code in the list.
struct PublishedCode {
    /// Whether the list has operations that return the code.
    has_operations: bool,
    names_path: bool,
}

fn published_codes() -> BTreeMap<String, PublishedCode> {
    let lines = PUBLISHED.lines().filter(|line| !line.starts_with('#'));
    let groups = lines.map(|line| line.split_once(':').expect("codes after a colon"));
    let codes = groups.flat_map(|(head, codes)| {
        let (group, operations) = head.split_once(' ').unwrap_or((head, ""));
        codes.split_whitespace().map(move |rest| {
            let digits = rest.trim_end_matches('/');
            let published = PublishedCode {
                has_operations: !operations.is_empty(),
                names_path: digits != rest,
            };
            (format!("A{group}{digits}"), published)
        })
    });
    codes.collect()
}

#[test]
fn list_of_published_codes_is_complete_and_has_no_duplicates() {
    let codes = published_codes();
    assert_eq!(codes.len(), 1730);
    let listed = PUBLISHED.lines().filter(|line| !line.starts_with('#'));
    let listed = listed.map(|line| line.split_once(':').unwrap().1.split_whitespace().count());
    assert_eq!(listed.sum::<usize>(), codes.len());
    assert!(codes.keys().all(|code| code.len() == 7));
}

#[test]
fn published_entry_is_in_the_list_and_has_the_path_as_published() {
    let codes = published_codes();
    for entry in entries().filter(|entry| entry.is_published) {
        let Some(published) = codes.get(entry.code.code) else {
            panic!("{} is not published", entry.name);
        };
        let names_path = published.names_path;
        assert_eq!(entry.code.names_path, names_path, "{}", entry.name);
        // The bad input tests check which operation it is.
        assert!(published.has_operations, "{}", entry.name);
    }
}

#[test]
fn own_code_is_in_the_block_of_its_family_and_not_published() {
    let codes = published_codes();
    for (block, table) in families() {
        for entry in table.iter().filter(|entry| !entry.is_published) {
            let digits = entry.code.code.strip_prefix('A').unwrap();
            assert!(
                digits.starts_with(block),
                "{} is not in {block}",
                entry.name
            );
            assert!(digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()));
            assert!(
                !codes.contains_key(entry.code.code),
                "{} is published",
                entry.name
            );
        }
    }
}

#[test]
fn blocks_are_unique_and_without_published_codes() {
    let mut seen = HashSet::new();
    for (block, _) in families() {
        assert!(block.len() == 3 && block.starts_with('9') && seen.insert(block));
        let block = format!("A{block}");
        assert!(
            !published_codes()
                .keys()
                .any(|code| code.starts_with(&block))
        );
    }
}

#[test]
fn codes_are_unique() {
    let mut seen = HashSet::new();
    for entry in entries() {
        assert!(
            seen.insert(entry.code.code),
            "{} is a duplicate",
            entry.name
        );
    }
}
