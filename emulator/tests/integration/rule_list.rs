//! Checks the format of the documented rules in `tests/documented_rules`, and that the tests that they name exist.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A row of the list, with its file and line.
struct Row<'a> {
    location: String,
    member: &'a str,
    rule: &'a str,
    test: &'a str,
}

/// The last column of a row: how the rule is tested.
enum Coverage<'a> {
    Tests(Vec<&'a str>),
    SameAs(&'a str),
    /// `java`, `caller` or `differs`: no test covers the rule.
    None,
}

impl Row<'_> {
    fn coverage(&self) -> Coverage<'_> {
        if let Some(member) = self.test.strip_prefix("= ") {
            return Coverage::SameAs(member);
        }
        match self.test {
            "java" | "caller" | "differs" => Coverage::None,
            tests => Coverage::Tests(tests.split(", ").collect()),
        }
    }
}

/// The faults of the list in these files, each with its file and line.
fn faults(files: &[(String, String)], is_test: &mut dyn FnMut(&str) -> bool) -> Vec<String> {
    let mut faults = Vec::new();
    let mut rows = Vec::new();
    for (name, text) in files {
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let location = format!("{name}:{}", index + 1);
            let columns: Vec<&str> = line.split('\t').collect();
            let filled = columns
                .iter()
                .all(|column| !column.is_empty() && column.trim() == *column);
            match columns[..] {
                [member, rule, test] if filled => rows.push(Row {
                    location,
                    member,
                    rule,
                    test,
                }),
                _ => faults.push(format!("{location}: a row has three columns")),
            }
        }
    }
    if rows.is_empty() {
        faults.push("the list is empty".to_owned());
    }

    let tested: HashSet<&str> = rows
        .iter()
        .filter(|row| matches!(row.coverage(), Coverage::Tests(_)))
        .map(|row| row.member)
        .collect();
    let mut seen = HashMap::new();
    for row in &rows {
        let location = &row.location;
        if let Some(first) = seen.insert((row.member, row.rule), location) {
            faults.push(format!("{location}: duplicate of the row at {first}"));
        }
        match row.coverage() {
            Coverage::Tests(tests) => {
                for test in tests.into_iter().filter(|test| !is_test(test)) {
                    faults.push(format!(
                        "{location}: `{test}` is neither a test nor a keyword"
                    ));
                }
            }
            Coverage::SameAs(member) if !tested.contains(member) => {
                faults.push(format!("{location}: no row of `{member}` names a test"));
            }
            Coverage::SameAs(_) | Coverage::None => {}
        }
    }
    faults
}

/// The names of the test functions in a source.
fn tests_in(source: &str) -> HashSet<String> {
    let mut names = HashSet::new();
    let mut marked = false;
    for line in source.lines().map(str::trim_start) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if let Some((_, rest)) = line.split_once("fn ").filter(|_| marked) {
            let end = rest.find('(').unwrap_or(rest.len());
            names.insert(rest[..end].to_owned());
            marked = false;
        }
    }
    names
}

/// The source file and the function of a test in the list.
fn source_of(test: &str) -> Option<(PathBuf, &str)> {
    let (file, function) = test.split_once("::")?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = if let Some(unit) = file.strip_prefix("unit:") {
        folder.join("src").join(unit)
    } else if file.starts_with("bad_input/") {
        folder.join("tests").join(file)
    } else {
        folder.join("tests/integration").join(file)
    };
    Some((path.with_extension("rs"), function))
}

#[test]
fn list_of_documented_rules_names_tests_that_exist() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documented_rules");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "tsv") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    files.sort();

    let mut sources: HashMap<PathBuf, HashSet<String>> = HashMap::new();
    let faults = faults(&files, &mut |test| {
        source_of(test).is_some_and(|(path, function)| {
            let tests = sources.entry(path).or_insert_with_key(|path| {
                let source = fs::read_to_string(path).unwrap_or_default();
                tests_in(&source)
            });
            tests.contains(function)
        })
    });
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn each_kind_of_fault_in_a_list_is_reported_with_its_line() {
    let check = |text: &str| {
        let files = [("list.tsv".to_owned(), text.to_owned())];
        faults(&files, &mut |test| test == "file::test")
    };
    let good = "# comment\nA.a\trule\tfile::test\nA.b\trule\t= A.a\nA.c\trule\tjava\n\
                A.d\trule\tcaller\nA.e\trule\tdiffers\nA.a\tanother\tfile::test, file::test\n";
    assert_eq!(check(good), [""; 0]);
    for (row, fault) in [
        ("A.f\trule", "a row has three columns"),
        ("A.f\trule\tjava\tmore", "a row has three columns"),
        ("A.f\t\tjava", "a row has three columns"),
        ("A.f\trule\tjava ", "a row has three columns"),
        (
            "A.f\trule\tfile::other",
            "`file::other` is neither a test nor a keyword",
        ),
        (
            "A.f\trule\tfile::test, TODO",
            "`TODO` is neither a test nor a keyword",
        ),
        ("A.f\trule\t= A.c", "no row of `A.c` names a test"),
        ("A.f\trule\t= A.g", "no row of `A.g` names a test"),
        ("A.a\trule\tjava", "duplicate of the row at list.tsv:2"),
    ] {
        assert_eq!(
            check(&format!("{good}{row}\n")),
            [format!("list.tsv:8: {fault}")]
        );
    }
    assert_eq!(check("# comment\n"), ["the list is empty"]);
}

#[test]
fn function_counts_as_a_test_only_with_the_attribute() {
    let source = "fn helper() {}\n#[test]\nfn first() {}\n    #[tokio::test(flavor = \"x\")]\n\
                  \x20   async fn second() {}\nasync fn another() {}\n";
    let mut names: Vec<String> = tests_in(source).into_iter().collect();
    names.sort();
    assert_eq!(names, ["first", "second"]);
    assert!(source_of("rule_list").is_none());
    for test in [
        "rule_list::name",
        "bad_input/bodies::name",
        "unit:result_code/tests::name",
    ] {
        assert!(source_of(test).unwrap().0.is_file(), "{test}");
    }
}
