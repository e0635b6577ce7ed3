//! Rows of `events` are changed in two functions alone: by the retention sweep, and when an account
//! is deleted.

use crate::program::source;
use std::path::{Path, PathBuf};

const EVENTS: &str = "src/store/events.rs";

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    entries.flat_map(of).collect()
}

/// All of `src` but its tests, without comments and white space, by path.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let code = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        (name, lines.flat_map(|line| line.split_whitespace()).collect())
    };
    let all = files(&root.join("src")).into_iter().map(code);
    all.filter(|(name, _): &(String, String)| !name.ends_with("tests.rs")).collect()
}

/// The function of this name, up to the next one.
fn function<'c>(code: &'c str, name: &str) -> &'c str {
    let start = code.find(&format!("fn{name}(")).unwrap_or_else(|| panic!("no {name}"));
    let body = &code[start + 2..];
    &body[..body.find("pubfn").unwrap_or(body.len())]
}

#[test]
fn only_two_functions_change_rows_of_events() {
    let sources = sources();
    let (_, code) = sources.iter().find(|(name, _)| name == EVENTS).unwrap();
    let count = |code: &str| {
        ["diesel::update(", "diesel::delete(", ".do_update(", "replace_into(", "truncate"]
            .map(|change| code.matches(change).count())
    };
    assert_eq!(count(code), [1, 1, 0, 0, 0]);
    assert_eq!(count(function(code, "anonymise")), [1, 0, 0, 0, 0]);
    assert_eq!(count(function(code, "sweep")), [0, 1, 0, 0, 0]);
    for (name, code) in &sources {
        let sql = code.to_lowercase();
        for change in ["updateevents", "deletefromevents", "intoevents", "sql_query("] {
            assert!(!sql.contains(change), "{name} writes SQL");
        }
        let reads_alone = name == "src/store/event_search.rs" && count(code) == [0; 5];
        if name == EVENTS || name == "src/store/schema.rs" || reads_alone {
            continue;
        }
        for path in ["schema::events", "events::table", "events::dsl", "schema::*"] {
            assert!(!code.contains(path), "{name} names the table events");
        }
        assert!(!code.contains("schema::{") || !imports(code).contains(&"events"), "{name}");
    }
}

/// What a file imports from `schema` in braces.
fn imports(code: &str) -> Vec<&str> {
    let (_, list) = code.split_once("schema::{").unwrap();
    list.split('}').next().unwrap().split(',').collect()
}

#[test]
fn each_of_them_has_one_caller() {
    for (call, caller, function_name) in [
        ("events::anonymise(", "src/accounts/administration/accounts.rs", "delete"),
        ("events::sweep(", "src/accounts/housekeeping.rs", "sweep"),
    ] {
        let callers: Vec<_> =
            sources().into_iter().filter(|(_, code)| code.contains(call)).collect();
        let [(name, code)] = &callers[..] else { panic!("{call} is called by {callers:?}") };
        assert_eq!((&**name, code.matches(call).count()), (caller, 1));
        assert!(function(code, function_name).contains(call), "{function_name} calls {call}");
    }
}

#[test]
fn no_migration_changes_rows_of_events() {
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")) {
        let sql = source(&path).to_uppercase();
        let words: Vec<&str> = sql.split_whitespace().collect();
        for change in ["UPDATE EVENTS", "DELETE FROM EVENTS", "CREATE TRIGGER", "TRUNCATE EVENTS"] {
            assert!(!words.join(" ").contains(change), "{}: {change}", path.display());
        }
    }
}
