//! The rules of docs/ARCHITECTURE.md, checked against the sources.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Longest file in lines, with its unit tests.
const MAX_FILE: usize = 400;
const MEDIAN_FILE: usize = 100;
/// Only one file in twenty may be longer than this.
const LONG_FILE: usize = 250;

/// A layer, and what its files must not name.
const FORBIDDEN_NAMES: [(&str, &[&str]); 9] = [
    (
        "domain",
        &[
            "rocket",
            "diesel",
            "tera",
            "jsonwebtoken",
            "figment",
            "crate::web",
            "crate::accounts",
            "crate::store",
            "crate::token",
            "crate::config",
            "crate::clock",
            "crate::metrics",
            "SystemTime",
        ],
    ),
    (
        "token",
        &[
            "rocket",
            "diesel",
            "tera",
            "figment",
            "crate::web",
            "crate::accounts",
            "crate::store",
            "crate::config",
            "crate::clock",
        ],
    ),
    (
        "store",
        &[
            "rocket",
            "tera",
            "jsonwebtoken",
            "figment",
            "crate::web",
            "crate::accounts",
            "crate::token",
            "crate::clock",
        ],
    ),
    (
        "metrics",
        &[
            "rocket",
            "diesel",
            "tera",
            "jsonwebtoken",
            "figment",
            "crate::web",
            "crate::accounts",
            "crate::store",
            "crate::token",
            "crate::config",
            "crate::clock",
        ],
    ),
    ("accounts", &["rocket", "diesel", "tera", "jsonwebtoken", "figment", "crate::web"]),
    (
        "breached",
        &[
            "rocket",
            "diesel",
            "tera",
            "jsonwebtoken",
            "figment",
            "crate::web",
            "crate::accounts",
            "crate::store",
            "crate::token",
            "crate::config",
            "crate::clock",
        ],
    ),
    (
        "config",
        &[
            "rocket",
            "diesel",
            "tera",
            "jsonwebtoken",
            "crate::web",
            "crate::accounts",
            "crate::store",
            "crate::clock",
        ],
    ),
    (
        "texts",
        &[
            "rocket",
            "diesel",
            "tera::",
            "figment",
            "crate::web",
            "crate::accounts",
            "crate::store",
            "crate::token",
            "crate::config",
            "crate::clock",
        ],
    ),
    ("web", &["diesel", "jsonwebtoken", "crate::store"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// The code of a file without comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

fn names(code: &str, word: &str) -> bool {
    let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    code.match_indices(word).any(|(at, _)| {
        boundary(code[..at].chars().next_back()) && boundary(code[at + word.len()..].chars().next())
    })
}

#[test]
fn no_layer_names_what_it_must_not_know() {
    for (layer, forbidden) in FORBIDDEN_NAMES {
        for path in files(&root().join("src").join(layer)) {
            let code = code(&path);
            for word in forbidden {
                assert!(!names(&code, word), "{} names {word}", path.display());
            }
        }
    }
}

#[test]
fn every_folder_of_src_is_a_layer_or_the_command_line() {
    let folders = fs::read_dir(root().join("src")).unwrap().map(|entry| entry.unwrap());
    let folders = folders
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap());
    let known: BTreeSet<String> = FORBIDDEN_NAMES
        .iter()
        .map(|(layer, _)| (*layer).to_owned())
        .chain(["cli".to_owned()])
        .collect();
    assert_eq!(folders.collect::<BTreeSet<_>>(), known);
}

#[test]
fn files_stay_within_their_length() {
    let mut lengths: Vec<(usize, PathBuf)> = files(&root().join("src"))
        .into_iter()
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .collect();
    lengths.sort();
    let (longest, path) = lengths.last().unwrap();
    assert!(*longest <= MAX_FILE, "{} has {longest} lines", path.display());
    assert!(lengths[lengths.len() / 2].0 <= MEDIAN_FILE);
    assert!(lengths[lengths.len() * 95 / 100].0 <= LONG_FILE);
}

#[test]
fn both_databases_have_the_same_migrations_over_the_same_tables() {
    let set = |database: &str| -> BTreeSet<String> {
        let folder = root().join("migrations").join(database);
        fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    assert_eq!(set("sqlite"), set("postgres"));
    for migration in set("sqlite") {
        for file in ["up.sql", "down.sql"] {
            let columns = |database: &str| {
                let path = root().join("migrations").join(database).join(&migration).join(file);
                let sql = fs::read_to_string(path).unwrap();
                sql.lines()
                    .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
                    .collect::<Vec<_>>()
            };
            let normal = |lines: Vec<String>| {
                lines.join("\n").replace("BYTEA", "BLOB").replace("id BIGSERIAL", "id INTEGER")
            };
            assert_eq!(
                normal(columns("sqlite")),
                normal(columns("postgres")),
                "{migration}/{file}"
            );
        }
    }
}

/// A handler: its attribute, signature and body, up to the brace that closes it.
fn handlers(code: &str) -> Vec<&str> {
    let attribute = |line: &str| {
        ["#[get(", "#[post(", "#[put(", "#[delete(", "#[patch("].iter().any(|a| line.starts_with(a))
    };
    let starts =
        code.match_indices("\n#[").map(|(at, _)| at + 1).filter(|at| attribute(&code[*at..]));
    starts.map(|at| &code[at..at + code[at..].find("\n}\n").unwrap()]).collect()
}

#[test]
fn every_handler_names_its_guard_and_stays_short() {
    let mut count = 0;
    for path in files(&root().join("src/web")) {
        let code = fs::read_to_string(&path).unwrap();
        for handler in handlers(&code) {
            let (signature, body) = handler.split_once(" {\n").unwrap();
            let guards = [": SignedIn", ": Option<SignedIn>", ": Admin", ": Anyone", ": Bearer"];
            assert!(
                guards.iter().any(|guard| signature.contains(guard)),
                "{}: {signature}",
                path.display()
            );
            assert!(
                body.lines().count() <= 15,
                "{}: a handler of {} lines: {signature}",
                path.display(),
                body.lines().count()
            );
            count += 1;
        }
    }
    assert!(count > 10, "the handlers were not found");
}

#[test]
fn the_web_layer_contains_no_sentences_for_people() {
    for path in files(&root().join("src/web")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.ends_with("_tests.rs") || name == "samples.rs" {
            continue;
        }
        let code = code(&path);
        let code = code.split("#[cfg(test)]\nmod tests").next().unwrap();
        let logs = ["tracing::", "problems.push", "Error::msg", "is missing"];
        for literal in code
            .lines()
            .filter(|line| !logs.iter().any(|log| line.contains(log)))
            .flat_map(literals)
        {
            let sentence = literal.contains(' ') && literal.ends_with(['.', '!', '?']);
            assert!(!sentence, "{}: {literal:?} belongs into the message file", path.display());
        }
    }
}

fn literals(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}
