//! What the server prints when it starts.

use crate::program::{PASSWORD, Program};

#[test]
fn the_start_says_what_is_served_and_how_to_become_administrator() {
    let mut program = Program::serving();
    let port = program.port();
    let lines = program.lines(2);
    let database = "data/vestibule.db";
    assert_eq!(
        lines[0],
        format!(
            "Listening on 127.0.0.1:{port}. Database: sqlite://{database}. Registration is open."
        )
    );
    assert!(lines[1].starts_with("Accounts: 0. There is no administrator."), "{lines:?}");
    let command = "vestibule account create <EMAIL> --name <NAME> --role admin";
    assert!(lines[1].ends_with(command), "{lines:?}");
}

#[test]
fn an_administrator_can_be_created_before_the_first_start() {
    let mut program = Program::new();
    let create = ["account", "create", "grace@example.org", "--name", "Grace", "--role", "admin"];
    let done = program.run_with(&create, PASSWORD);
    assert_eq!(done.code, Some(0), "{done:?}");
    program.set("VESTIBULE_REGISTRATION", "closed");
    program.serve();
    let lines = program.lines(2);
    assert!(lines[0].ends_with("Registration is closed."), "{lines:?}");
    assert_eq!(lines[1], "Accounts: 1. Administrators who can sign in: 1.");
    assert_eq!(program.sign_in("grace@example.org").0, 200);
}
