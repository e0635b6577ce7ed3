//! docs/OPERATING.md says what happens when things break. Each row names the tests that have seen it.

use std::fs;
use std::path::Path;

#[test]
fn every_row_of_what_breaks_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let operating = fs::read_to_string(root.join("docs/OPERATING.md")).unwrap();
    let (_, table) = operating.split_once("| observed by |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let sources: Vec<String> = ["soak", "tests", "tests/stories"]
        .iter()
        .flat_map(|folder| fs::read_dir(root.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && !path.ends_with(file!()))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let exists = |name: &str| sources.iter().any(|source| defines(source, name));
    let mut rows = 0;
    for row in table.lines().skip(2) {
        let observed_by = row.trim_end_matches('|').rsplit('|').next().unwrap();
        let names: Vec<&str> = observed_by.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test has seen it: {row}");
        for name in names {
            assert!(exists(name), "there is no test {name:?}");
        }
        rows += 1;
    }
    assert!(rows >= 13, "{rows} rows");
}

/// Rust functions, names of node tests, and those with a variable part.
fn defines(source: &str, name: &str) -> bool {
    let plain = [format!("fn {name}("), format!("test(\"{name}\""), format!("test(`{name} ")];
    plain.iter().any(|definition| source.contains(definition))
        || name.strip_prefix("database file ").is_some_and(|rest| {
            source.contains("test(`database file ${what}`")
                && source.contains(&format!("[\"{rest}\""))
        })
}
