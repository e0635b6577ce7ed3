//! The same on PostgreSQL: `bin/postgres cargo test --test operating postgres -- --ignored`.

use crate::program::{Program, documented, shell};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

const SECRET: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// A program on a database of its own, and its URL.
fn program(name: &str) -> (Program, String) {
    let server = std::env::var("TEST_POSTGRES_URL").unwrap();
    let name = format!("operating_{name}");
    let mut connection = PgConnection::establish(&server).unwrap();
    connection.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    let mut program = Program::new();
    program.set("DATABASE_URL", &url);
    program.set("VESTIBULE_SECRET", SECRET);
    (program, url)
}

#[test]
#[ignore = "needs bin/postgres"]
fn backup_and_restore_name_the_programs_of_postgresql() {
    let (program, _) = program("named");
    let refusal = program.refused(&["backup", "backup"]);
    assert!(refusal.contains("pg_dump --format=custom --file=backup"), "{refusal}");
    let refusal = program.refused(&["restore", "backup"]);
    assert!(refusal.contains("pg_restore") && refusal.contains("sign-out --all"), "{refusal}");
}

#[test]
#[ignore = "needs bin/postgres"]
fn an_empty_database_is_migrated_checked_and_served() {
    let (mut program, _) = program("migrated");
    let pending = program.must(&["migrate", "--dry-run"]);
    assert!(pending.contains("missing"), "{pending}");
    assert_eq!(program.must(&["migrate", "--dry-run"]), pending, "something was changed");
    program.must(&["migrate"]);
    assert_eq!(program.must(&["migrate"]), "The database is up to date.\n");
    program.serve();
    let lines = program.lines(1);
    assert!(lines[0].contains("/operating_migrated. ") && !lines[0].contains("test@"), "{lines:?}");
    assert!(program.must(&["config", "check"]).contains("correct"));
    let out = program.must(&["doctor"]);
    assert!(out.contains("The clock agrees") && !out.contains("problem"), "{out}");
}

#[test]
#[ignore = "needs bin/postgres"]
fn a_server_that_only_reads_is_a_problem() {
    let (mut program, url) = program("read_only");
    program.serve();
    program.end("TERM");
    let mut connection = PgConnection::establish(&url).unwrap();
    let sql = "ALTER DATABASE operating_read_only SET default_transaction_read_only = on";
    connection.batch_execute(sql).unwrap();
    for command in ["doctor", "serve"] {
        let done = program.run(&[command]);
        let said = format!("{}{}", done.out, done.error);
        assert!(done.code == Some(1) && said.contains("read-only"), "{said}");
    }
}

#[test]
#[ignore = "needs bin/postgres"]
fn a_database_or_user_that_does_not_exist_is_refused_at_once() {
    let (mut program, url) = program("hopeless");
    let (server, _) = url.rsplit_once('/').unwrap();
    let other_user = url.replace("test@", "somebody@");
    for url in [format!("{server}/nothing"), other_user] {
        program.set("DATABASE_URL", &url);
        let watch = vestibule::clock::Stopwatch::start();
        let refusal = program.refused(&["serve"]);
        assert!(
            refusal.contains("does not exist") && refusal.contains("DATABASE_URL"),
            "{refusal}"
        );
        assert!(watch.micros() < 5_000_000, "it waits");
    }
}

/// The code blocks of docs/OPERATING.md.
#[test]
#[ignore = "needs bin/postgres"]
fn backing_up_and_restoring_postgresql_as_documented_works() {
    let (mut program, url) = program("documented");
    let blocks = documented("docs/OPERATING.md", "### PostgreSQL\n");
    let [back_up, restore] = blocks.as_slice() else { panic!("{blocks:?}") };
    let folder = program.folder().join("backups");
    std::fs::create_dir(&folder).unwrap();
    program.serve();
    program.sign_up("ada@example.org");
    let environment = [("DATABASE_URL", &*url), ("VESTIBULE_SECRET", SECRET)];
    let run = |program: &Program, block: &str| {
        let block = block.replace("/var/backups/vestibule", folder.to_str().unwrap());
        shell(program, "", &block, &environment);
    };
    run(&program, back_up);
    let out = program.must(&["doctor"]);
    assert!(out.contains("The last backup was made 0 hours ago"), "{out}");
    program.sign_up("bob@example.org");
    program.end("TERM");
    run(&program, restore);
    program.serve();
    assert_eq!(program.sign_in("ada@example.org").0, 200);
    assert_eq!(program.sign_in("bob@example.org").0, 401);
}
