//! `vestibule config check` and `vestibule doctor`.

use crate::program::{PASSWORD, Program};
use serde_json::Value;
use std::fs::{Permissions, set_permissions, write};
use std::os::unix::fs::PermissionsExt;

const OTHER_SECRET: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// An installation in order: with an administrator and a backup, and without a server.
fn in_order() -> Program {
    let program = Program::new();
    let create = ["account", "create", "grace@example.org", "--name", "Grace", "--role", "admin"];
    assert_eq!(program.run_with(&create, PASSWORD).code, Some(0));
    program.must(&["backup", program.folder().join("backup").to_str().unwrap()]);
    program
}

#[test]
fn an_installation_in_order_has_no_problem_and_no_warning() {
    let mut program = in_order();
    for beside_a_server in [false, true] {
        if beside_a_server {
            program.serve();
        }
        let out = program.must(&["doctor"]);
        assert!(out.lines().all(|line| line.starts_with("ok ")), "{out}");
        assert!(program.must(&["config", "check"]).contains("correct"));
        let lines = program.must(&["doctor", "--json"]);
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            assert!(line["state"] == "ok" && line["message"].is_string(), "{line}");
        }
    }
}

#[test]
fn a_new_installation_has_warnings_only() {
    let program = Program::serving();
    let out = program.must(&["doctor"]);
    let warnings: Vec<_> = out.lines().filter(|line| line.starts_with("warning ")).collect();
    assert!(warnings.len() == 2 && !out.contains("problem "), "{out}");
    assert!(out.contains("--role admin") && out.contains("No backup was made"), "{out}");
}

type Break = fn(&mut Program);

/// How it is broken, what begins the line, and what the line says.
const BROKEN: [(Break, &str, &str); 16] = [
    (|p| chmod(p, "secret", 0o640), "problem", "chmod go= data/secret"),
    (|p| chmod(p, "", 0o755), "problem", "chmod go= data"),
    (|p| chmod(p, "vestibule.db", 0o604), "problem", "chmod go= data/vestibule.db"),
    (|p| stamp(p, "2026-01-31T08:00:00Z"), "problem", "The last backup was made"),
    (|p| stamp(p, "yesterday"), "problem", "does not contain a time"),
    (|p| p.sql("UPDATE signing_keys SET created_at = 0"), "warning", "vestibule keys rotate"),
    (
        |p| p.sql("UPDATE signing_keys SET created_at = created_at + 3600000"),
        "problem",
        "Synchronise the clock",
    ),
    (|p| p.set("VESTIBULE_SECRET", OTHER_SECRET), "problem", "Configure the secret"),
    (|p| p.sql("UPDATE accounts SET role = 'user'"), "warning", "no administrator"),
    (|p| p.sql("DELETE FROM __diesel_schema_migrations"), "problem", "vestibule migrate"),
    (|p| std::fs::remove_file(p.data("vestibule.db")).unwrap(), "problem", "no database"),
    (|p| write(p.data("vestibule.db"), "text").unwrap(), "problem", "vestibule restore"),
    (|p| p.set("VESTIBULE_DATA_DIR", "elsewhere"), "problem", "VESTIBULE_DATA_DIR"),
    (
        |p| p.set("VESTIBULE_BASE_URL", "https://id.example.org"),
        "warning",
        "VESTIBULE_TRUSTED_PROXIES",
    ),
    (|p| p.set("VESTIBULE_BASE_URL", "http://localhost:1"), "warning", "VESTIBULE_BASE_URL"),
    (|p| p.set("VESTIBULE_ROTATION_GRACE", "1s"), "warning", "set it to 20s"),
];

fn chmod(program: &Program, name: &str, mode: u32) {
    set_permissions(program.data(name), Permissions::from_mode(mode)).unwrap();
}

fn stamp(program: &Program, text: &str) {
    write(program.data("last-backup"), text).unwrap();
}

#[test]
fn the_doctor_finds_what_is_wrong_and_its_exit_code_tells_cron() {
    for (number, (destroy, state, told)) in BROKEN.into_iter().enumerate() {
        let mut program = in_order();
        program.set("VESTIBULE_RATE_LIMITS", "on");
        destroy(&mut program);
        let done = program.run(&["doctor"]);
        let code = i32::from(state == "problem");
        assert_eq!(done.code, Some(code), "{number}: {done:?}");
        let mut lines = done.out.lines();
        let found = lines.any(|line| line.starts_with(state) && line.contains(told));
        assert!(found, "{number}: {told}: {done:?}");
        assert!(!program.folder().join("elsewhere").exists());
    }
}

#[test]
fn config_check_lists_all_wrong_settings_with_exit_code_2() {
    let mut program = Program::new();
    program.set("VESTIBULE_ACCESS_TTL", "soon");
    program.set("VESTIBULE_TYPO", "1");
    program.set("ROCKET_WORKERS", "0");
    let done = program.run(&["config", "check"]);
    assert_eq!(done.code, Some(2), "{done:?}");
    for name in ["VESTIBULE_ACCESS_TTL", "VESTIBULE_TYPO", "ROCKET_WORKERS"] {
        assert!(done.error.contains(name), "{name}: {done:?}");
    }
}

#[test]
fn config_check_opens_the_database_and_its_keys_and_creates_nothing() {
    let mut program = Program::new();
    let out = program.must(&["config", "check"]);
    assert!(out.contains("the first start creates it") && !program.data("").exists(), "{out}");
    program = in_order();
    program.set("VESTIBULE_SECRET", OTHER_SECRET);
    let refusal = program.refused(&["config", "check"]);
    assert!(refusal.contains("Configure the secret"), "{refusal}");
    // Nobody listens there, and nobody will.
    program.set("DATABASE_URL", "postgres://nobody:hidden@127.0.0.1:1/none");
    let refusal = program.refused(&["config", "check"]);
    assert!(refusal.contains("DATABASE_URL") && !refusal.contains("hidden"), "{refusal}");
}

#[test]
fn each_of_these_commands_has_help_and_wrong_use_is_2() {
    let program = Program::new();
    for command in [
        &["migrate"][..],
        &["config"],
        &["config", "check"],
        &["doctor"],
        &["backup"],
        &["restore"],
    ] {
        let help = program.must(&[command, &["--help"]].concat());
        assert!(help.contains("Usage: vestibule"), "{command:?}: {help}");
    }
    for wrong in [
        &["config"][..],
        &["backup"],
        &["backup", "file", "--keep", "0"],
        &["restore"],
        &["doctor", "now"],
    ] {
        assert_eq!(program.run(wrong).code, Some(2), "{wrong:?}");
    }
    assert!(!program.data("").exists());
}
