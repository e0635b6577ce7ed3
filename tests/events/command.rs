//! `vestibule events`.

use crate::program::{Program, agent};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

const EMAIL: &str = "ada@example.org";

fn sign_up(program: &Program, email: &str) {
    let body = json!({ "name": "Ada", "email": email, "password": "three unrelated words" });
    let response = agent().post(program.url("/api/auth/register")).send_json(body).unwrap();
    assert_eq!(response.status(), 201);
}

fn parsed(output: &str) -> Vec<Value> {
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn it_shows_a_table_or_json_and_filters() {
    let program = Program::serve();
    sign_up(&program, EMAIL);
    sign_up(&program, "eve@example.org");
    program.run(&["account", "role", EMAIL, "admin"], "");
    let table = program.run(&["events"], "");
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("TIME") && lines.len() == 4, "{table}");
    assert!(lines[3].contains("role_changed"), "the newest is last: {table}");
    assert!(lines[3].ends_with("role=admin system_user=grace"), "{table}");
    let all = parsed(&program.run(&["events", "--json"], ""));
    let [first, _, last] = &all[..] else { panic!("{all:?}") };
    assert_eq!(first["event"], "signed_up");
    assert!(first["user_agent"].as_str().unwrap().starts_with("ureq/"));
    assert_eq!(first["address"], "127.0.0.1");
    assert_eq!((&first["actor"], &first["account"]), (&last["account"], &first["account"]));
    assert_eq!(last["details"], json!({ "role": "admin", "system_user": "grace" }));
    let count =
        |filter: &[&str]| parsed(&program.run(&[&["events", "--json"], filter].concat(), "")).len();
    assert_eq!(count(&["--account", EMAIL]), 2);
    assert_eq!(count(&["--account", EMAIL, "--kind", "role_changed"]), 1);
    assert_eq!((count(&["--since", "1h"]), count(&["--since", "2026-01-31"])), (3, 3));
    assert_eq!(count(&["--since", "2999-01-31T08:00:00Z"]), 0);
}

#[test]
fn an_unknown_account_is_refused_and_wrong_filters_are_wrong_use() {
    let program = Program::serve();
    let code = |arguments: &[&str]| {
        program
            .command()
            .arg("events")
            .args(arguments)
            .stdout(Stdio::null())
            .status()
            .unwrap()
            .code()
    };
    assert_eq!(code(&["--account", "nobody@example.org"]), Some(1));
    for wrong in [["--kind", "danced"], ["--since", "soon"], ["--account", "nobody"]] {
        assert_eq!(code(&wrong), Some(2), "{wrong:?}");
    }
}

#[test]
fn following_prints_what_is_added_until_the_reader_goes() {
    let program = Program::serve();
    sign_up(&program, EMAIL);
    let mut command = program.command();
    let command = command.args(["events", "--follow", "--json"]).stdout(Stdio::piped());
    let mut follower = command.spawn().unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    let first = next();
    sign_up(&program, "eve@example.org");
    let second = next();
    assert_eq!((&first["event"], &second["event"]), (&json!("signed_up"), &json!("signed_up")));
    assert_ne!(first["account"], second["account"]);
    drop(lines);
    sign_up(&program, "joan@example.org");
    assert!(follower.wait().unwrap().success());
}
