//! `vestibule migrate`.

use crate::program::{Program, count};

/// A database without tables, and the secret beside it.
fn without_tables() -> Program {
    let mut program = Program::serving();
    program.end("TERM");
    std::fs::write(program.data("vestibule.db"), "").unwrap();
    program
}

#[test]
fn missing_migrations_are_listed_and_then_run() {
    let program = without_tables();
    let migrations = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite"));
    let names = migrations.unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    for _ in 0..2 {
        let out = program.must(&["migrate", "--dry-run"]);
        assert!(out.starts_with(&names.join("\n")) && out.contains("missing"), "{out}");
        assert_eq!(count(&program.data("vestibule.db"), "sqlite_schema"), 0);
    }
    assert!(program.refused(&["config", "check"]).contains("vestibule migrate"));
    let out = program.must(&["migrate"]);
    assert!(out.starts_with(&names.join("\n")) && out.contains("Ran"), "{out}");
    for arguments in [&["migrate"][..], &["migrate", "--dry-run"]] {
        assert_eq!(program.must(arguments), "The database is up to date.\n");
    }
    program.must(&["account", "list"]);
}

#[test]
fn a_database_of_a_newer_version_is_not_migrated_and_none_is_created() {
    let mut program = Program::new();
    for arguments in [&["migrate"][..], &["migrate", "--dry-run"]] {
        assert!(program.refused(arguments).contains("There is no database"));
    }
    assert!(!program.data("").exists());
    program.serve();
    program.end("TERM");
    program.sql("INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101')");
    for arguments in [&["migrate"][..], &["migrate", "--dry-run"], &["config", "check"]] {
        let refusal = program.refused(arguments);
        assert!(refusal.contains("newer version"), "{refusal}");
    }
}
