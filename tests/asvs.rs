//! docs/ASVS.md and docs/SECURITY.md name tests, files and sections as proof. A name that does not
//! exist proves nothing, and totals counted by hand go stale.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const STATES: [&str; 4] = ["met", "unproven", "not met", "waits"];
/// Of level 1 and 2 in ASVS 5.0.0.
const REQUIREMENTS: usize = 253;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// The cells of the rows whose first cell satisfies `is_row`.
fn rows(text: &str, is_row: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
    let cells =
        |line: &str| line.trim_matches('|').split('|').map(|c| c.trim().to_owned()).collect();
    let rows = text.lines().filter(|line| line.starts_with("| ")).map(cells);
    rows.filter(|cells: &Vec<String>| is_row(&cells[0])).collect()
}

/// The requirements that apply, and those that do not.
fn requirements() -> [Vec<Vec<String>>; 2] {
    let text = read("docs/ASVS.md");
    let (applicable, not_applicable) = text.split_once("## Not applicable").unwrap();
    let is_requirement = |cell: &str| cell.contains('.');
    [rows(applicable, is_requirement), rows(not_applicable, is_requirement)]
}

/// The texts between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The names of all functions that run as a test.
fn tests() -> BTreeSet<String> {
    let mut all = Vec::new();
    files(&root().join("src"), &mut all);
    files(&root().join("tests"), &mut all);
    all.iter().flat_map(|path| tests_of(&std::fs::read_to_string(path).unwrap())).collect()
}

/// An ignored test proves nothing.
fn tests_of(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut attributes = String::new();
    for line in code.lines().map(str::trim) {
        if line.starts_with("#[") {
            attributes.push_str(line);
        } else if let Some((_, rest)) = line.split_once("fn ") {
            if attributes.contains("test") && !attributes.contains("#[ignore") {
                found.push(rest.split('(').next().unwrap().to_owned());
            }
            attributes.clear();
        } else if !line.starts_with("//") {
            attributes.clear();
        }
    }
    found
}

/// The anchors of the headings of a document, as GitHub makes them.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let kept = line.trim_start_matches('#').trim().to_lowercase();
            let kept = kept.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-');
            kept.collect::<String>().replace(' ', "-")
        })
        .collect()
}

/// Whether a name is that of a file, with or without a section.
fn is_document(name: &str) -> bool {
    let (path, section) = name.split_once('#').map_or((name, None), |(p, s)| (p, Some(s)));
    root().join(path).exists()
        && section.is_none_or(|section| anchors(&read(path)).iter().any(|a| a == section))
}

/// Names with an underscore are those of tests; with a slash or a dot, of files.
fn is_reference(name: &str) -> bool {
    let starts_like_one = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || "_./#-".contains(c));
    let is_test = name.contains('_') && name == name.to_lowercase();
    let is_file = name.contains('/') || [".toml", ".lock", ".md"].iter().any(|e| name.ends_with(e));
    starts_like_one && is_word && (is_test || is_file) && !name.starts_with("application/")
}

#[test]
fn every_test_and_document_that_the_security_documents_name_exists() {
    let tests = tests();
    for document in ["docs/ASVS.md", "docs/SECURITY.md", "docs/OPERATING.md"] {
        let text = read(document);
        for name in quoted(&text).filter(|name| is_reference(name)) {
            assert!(tests.contains(name) || is_document(name), "{document}: {name} does not exist");
        }
        for target in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let is_here = target.strip_prefix('#').map(|section| format!("{document}#{section}"));
            let path = is_here.unwrap_or_else(|| format!("docs/{target}"));
            assert!(target.starts_with("https://") || is_document(&path), "{document}: {target}");
        }
    }
}

#[test]
fn a_requirement_counts_as_met_only_with_a_test_or_a_document() {
    let tests = tests();
    let [applicable, _] = requirements();
    for row in applicable {
        let [id, level, _, state, proof] = row.as_slice() else {
            panic!("not five cells: {row:?}")
        };
        assert!(["1", "2"].contains(&level.as_str()), "{id}: level {level}");
        assert!(STATES.contains(&state.as_str()) && !proof.is_empty(), "{id}: {state}");
        let proves = |name| tests.contains(name) || is_document(name);
        assert!(state != "met" || quoted(proof).any(proves), "{id}: met, but without proof");
    }
}

#[test]
fn the_totals_are_right_and_no_requirement_is_missing_or_there_twice() {
    let text = read("docs/ASVS.md");
    let [all, others] = requirements();
    let ids: BTreeSet<&String> = all.iter().map(|row| &row[0]).collect();
    assert_eq!(ids.len(), all.len(), "a requirement is there twice");
    let not_applicable: usize = others.iter().map(|row| row[1].parse::<usize>().unwrap()).sum();
    assert_eq!(all.len() + not_applicable, REQUIREMENTS);
    let told: BTreeMap<String, usize> =
        rows(&text, |cell| STATES.contains(&cell) || cell == "not applicable")
            .into_iter()
            .map(|row| (row[0].clone(), row[1].parse().unwrap()))
            .collect();
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for row in &all {
        *counted.entry(row[3].clone()).or_default() += 1;
    }
    counted.insert("not applicable".to_owned(), not_applicable);
    assert_eq!(told, counted, "the totals in docs/ASVS.md");
    assert!(text.contains(&format!("{REQUIREMENTS}, of which {} apply", all.len())));
}
