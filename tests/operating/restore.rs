//! `vestibule restore`.

use crate::program::{Program, documented, shell};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A server with an account, and a backup of it.
fn backed_up() -> (Program, PathBuf) {
    let program = Program::serving();
    program.sign_up("ada@example.org");
    let file = program.folder().join("backup");
    program.must(&["backup", file.to_str().unwrap()]);
    (program, file)
}

fn restore(program: &Program, file: &Path) -> String {
    program.must(&["restore", file.to_str().unwrap()])
}

fn reason(refused: &(u16, Value)) -> (u16, Option<&str>) {
    (refused.0, refused.1["reason"].as_str())
}

/// What is in the data directory: names and contents.
fn contents(program: &Program) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(program.data("")).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> =
        entries.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    all.sort();
    all
}

#[test]
fn a_restored_backup_has_its_accounts_and_revives_no_session() {
    let (mut program, file) = backed_up();
    let signed_out = program.sign_in("ada@example.org").1;
    program.must(&["backup", file.to_str().unwrap(), "--keep", "1"]);
    let body = serde_json::json!({ "refresh_token": signed_out["refresh_token"] });
    assert_eq!(program.post("/api/auth/logout", &body).0, 204);
    // Unknown to the backup.
    let later = program.sign_in("ada@example.org").1;
    let bob = program.sign_up("bob@example.org");
    let keys = program.published_keys();
    program.end("TERM");
    let out = restore(&program, &file);
    assert!(out.contains("Ended 2 sessions"), "{out}");
    program.serve();
    let refused = program.refresh(&signed_out);
    assert_eq!(reason(&refused), (401, Some("restored")), "{refused:?}");
    let page = program.page_with("/login", &signed_out["refresh_token"]);
    assert!(page.contains("our data was restored from a backup"), "{page}");
    for (tokens, whose) in [(&signed_out, "signed out"), (&later, "later"), (&bob, "bob")] {
        assert_eq!(program.get("/api/auth/me", &tokens["access_token"]), 401, "{whose}");
        assert_eq!(program.refresh(tokens).0, 401, "{whose}");
    }
    // Other services refuse their access tokens too.
    let now = program.published_keys();
    assert!(now.len() == 2 && !now.iter().any(|key| keys.contains(key)), "{keys:?}, {now:?}");
    assert_eq!(program.sign_in("bob@example.org").0, 401, "bob signed up after the backup");
    let (status, tokens) = program.sign_in("ada@example.org");
    assert_eq!((status, program.get("/api/auth/me", &tokens["access_token"])), (200, 200));
    let events = program.must(&["events", "--json"]);
    assert!(events.contains("database_restored") && !events.contains("reused"), "{events}");
}

#[test]
fn a_log_beside_the_database_is_not_taken_for_that_of_the_backup() {
    let (mut program, file) = backed_up();
    for n in 0..5 {
        program.sign_up(&format!("later{n}@example.org"));
    }
    program.end("KILL");
    assert!(program.data("vestibule.db-wal").metadata().unwrap().len() > 0);
    // Of a restore that was interrupted.
    std::fs::create_dir(program.data("vestibule.db.restoring")).unwrap();
    std::fs::write(program.data("vestibule.db.restoring/vestibule.db"), "half").unwrap();
    restore(&program, &file);
    for ending in ["-wal", "-shm", ".restoring"] {
        assert!(!program.data(&format!("vestibule.db{ending}")).exists(), "{ending}");
    }
    let mode = program.data("vestibule.db").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    program.serve();
    assert_eq!(program.must(&["account", "list"]).lines().count(), 2);
    program.end("TERM");
    // The one from before is whole.
    std::fs::rename(program.data("vestibule.db.before-restore"), program.data("vestibule.db"))
        .unwrap();
    assert_eq!(program.must(&["account", "list"]).lines().count(), 7);
}

#[test]
fn a_damaged_database_is_replaced_and_kept() {
    let (mut program, file) = backed_up();
    program.end("TERM");
    let damaged = "no database any more";
    std::fs::write(program.data("vestibule.db"), damaged).unwrap();
    restore(&program, &file);
    let kept = std::fs::read_to_string(program.data("vestibule.db.before-restore")).unwrap();
    assert_eq!(kept, damaged);
    program.serve();
    assert_eq!(program.sign_in("ada@example.org").0, 200);
}

#[test]
fn a_backup_is_restored_on_a_new_machine_with_its_secret() {
    let (old, file) = backed_up();
    let mut new = Program::new();
    let refusal = new.refused(&["restore", file.to_str().unwrap()]);
    assert!(refusal.contains("there is no secret") && refusal.contains("data/secret"), "{refusal}");
    assert!(!new.data("").exists(), "nothing is created");
    std::fs::create_dir(new.data("")).unwrap();
    std::fs::copy(old.data("secret"), new.data("secret")).unwrap();
    let out = restore(&new, &file);
    assert!(!out.contains("before-restore"), "{out}");
    new.serve();
    assert_eq!(new.sign_in("ada@example.org").0, 200);
}

#[test]
fn a_copy_with_its_log_is_restored_with_what_is_in_the_log() {
    let mut program = Program::serving();
    program.sign_up("ada@example.org");
    program.end("KILL");
    for ending in ["", "-wal"] {
        let from = program.data(&format!("vestibule.db{ending}"));
        std::fs::copy(from, program.folder().join(format!("copy{ending}"))).unwrap();
    }
    restore(&program, &program.folder().join("copy"));
    program.serve();
    assert_eq!(program.sign_in("ada@example.org").0, 200);
}

#[test]
fn nothing_is_restored_while_the_database_is_in_use() {
    let (mut program, file) = backed_up();
    let restore = ["restore", file.to_str().unwrap()];
    let refusal = program.refused(&restore);
    assert!(refusal.contains("Stop every server"), "{refusal}");
    assert_eq!(program.sign_in("ada@example.org").0, 200, "the server goes on");
    program.end("TERM");
    // As a restore holds it, which nobody may disturb.
    let lock = std::fs::File::options().append(true).open(program.data("vestibule.db.lock"));
    let lock = lock.unwrap();
    lock.lock().unwrap();
    for command in [&["serve"][..], &["account", "list"], &["backup", "other"], &restore] {
        let refusal = program.refused(command);
        let told = refusal.contains("being restored") || refusal.contains("in use");
        assert!(told, "{command:?}: {refusal}");
    }
    drop(lock);
    program.must(&restore);
}

#[test]
fn nothing_is_restored_while_another_program_reads_the_database() {
    let (mut program, file) = backed_up();
    program.end("TERM");
    let database = program.data("vestibule.db");
    let mut reader = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    reader.batch_execute("BEGIN; SELECT count(*) FROM accounts").unwrap();
    let refusal = program.refused(&["restore", file.to_str().unwrap()]);
    assert!(refusal.contains("in use"), "{refusal}");
    assert!(!program.data("vestibule.db.before-restore").exists());
    drop(reader);
    restore(&program, &file);
}

#[test]
fn a_restore_that_is_refused_changes_nothing_and_says_what_to_do() {
    let (mut program, file) = backed_up();
    program.end("TERM");
    let path = |name: &str| program.folder().join(name);
    std::fs::write(path("text"), "no database").unwrap();
    std::fs::write(path("empty"), "").unwrap();
    let sql = |name: &str, sql: &str| {
        let done = Command::new("sqlite3").arg(path(name)).arg(sql).status().unwrap();
        assert!(done.success());
    };
    sql("foreign", "CREATE TABLE cats (name TEXT)");
    std::fs::copy(&file, path("newer")).unwrap();
    sql("newer", "INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101')");
    std::fs::copy(&file, path("sealed")).unwrap();
    sql("sealed", "UPDATE signing_keys SET sealed = zeroblob(80)");
    let mut bytes = std::fs::read(&file).unwrap();
    let length = bytes.len();
    bytes[length - 6000..].fill(0);
    std::fs::write(path("damaged"), bytes).unwrap();
    let before = contents(&program);
    for (name, told) in [
        ("text", "not a SQLite database"),
        ("empty", "lacks tables of Vestibule"),
        ("foreign", "lacks tables of Vestibule"),
        ("damaged", "damaged"),
        ("newer", "newer version"),
        ("sealed", "needs the secret of its time"),
        ("data/vestibule.db", "the database itself"),
        ("missing", "cannot be read"),
        ("", "cannot be read"),
    ] {
        let refusal = program.refused(&["restore", path(name).to_str().unwrap()]);
        assert!(refusal.contains("Nothing was restored") && refusal.contains(told), "{refusal}");
        assert!(contents(&program) == before, "{name}: something has changed");
    }
    std::fs::write(program.data("vestibule.db.before-restore"), "").unwrap();
    let refusal = program.refused(&["restore", file.to_str().unwrap()]);
    assert!(refusal.contains("earlier restore"), "{refusal}");
}

/// A `sudo`, and a `systemctl` that stops the server with this process ID. It has ended when it is a
/// zombie: its parent is this test.
fn functions(server: u32) -> String {
    format!(
        "sudo() {{ \"$@\"; }}\n\
         stop() {{ kill -TERM {server}; until grep -q '^State:.Z' /proc/{server}/status; do :; done; }}\n\
         systemctl() {{ if [ \"$1\" = stop ]; then stop; fi; }}"
    )
}

/// Runs the code blocks of a document, with the folder of backups in the test's own.
fn as_documented(back_up: &str, restore: &str) {
    let mut program = Program::serving();
    program.sign_up("ada@example.org");
    let folder = program.folder().join("backups");
    std::fs::create_dir(&folder).unwrap();
    let functions = functions(program.pid());
    let port = program.port().to_string();
    let run = |block: &str| {
        let block = block.replace("/var/backups/vestibule", folder.to_str().unwrap());
        shell(&program, &functions, &block, &[("ROCKET_PORT", &port)]);
    };
    run(back_up);
    program.sign_up("bob@example.org");
    run(restore);
    program.end("KILL");
    program.serve();
    assert_eq!(program.sign_in("ada@example.org").0, 200);
    assert_eq!(program.sign_in("bob@example.org").0, 401);
}

#[test]
fn backing_up_and_restoring_as_operating_md_says_works() {
    let blocks = documented("docs/OPERATING.md", "### SQLite\n");
    let [back_up, restore] = blocks.as_slice() else { panic!("{blocks:?}") };
    as_documented(back_up, restore);
}

#[test]
fn backing_up_and_restoring_as_readme_says_works() {
    let blocks = documented("README.md", "**Backup.**");
    let (back_up, restore) = blocks[0].trim().split_once('\n').unwrap();
    // The date of today, as it is written there for an example.
    as_documented(back_up, &restore.replace("2026-11-26", "$(date +%F)"));
}
