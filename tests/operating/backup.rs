//! `vestibule backup`.

use crate::program::{Program, count};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_backup_has_all_that_was_committed_before_it_while_people_sign_in() {
    let program = Program::serving();
    for n in 0..3 {
        program.sign_up(&format!("ada{n}@example.org"));
    }
    std::thread::scope(|scope| {
        let busy = scope.spawn(|| (0..60).for_each(|_| drop(program.sign_in("ada0@example.org"))));
        for n in 0..3 {
            let before = count(&program.data("vestibule.db"), "sessions");
            let file = program.folder().join(format!("backup{n}"));
            let out = program.must(&["backup", text(&file)]);
            assert!(out.contains("The secret is not in the backup"), "{out}");
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            assert!(count(&file, "sessions") >= before && count(&file, "accounts") == 3);
        }
        assert!(!busy.is_finished(), "nobody signed in meanwhile");
    });
    let names = std::fs::read_dir(program.folder()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let whole = |name: &String| !name.contains("part") && !name.contains("wal");
    assert!(names.into_iter().all(|name| whole(&name)), "something was left");
}

#[test]
fn the_newest_backups_are_kept_and_without_keep_none_is_replaced() {
    let program = Program::serving();
    let file = program.folder().join("backup");
    for n in 0..4 {
        program.sign_up(&format!("ada{n}@example.org"));
        program.must(&["backup", text(&file), "--keep", "3"]);
    }
    let kept = ["backup", "backup.1", "backup.2"].map(|name| program.folder().join(name));
    assert_eq!(kept.map(|file| count(&file, "accounts")), [4, 3, 2]);
    assert!(!program.folder().join("backup.3").exists());
    let refusal = program.refused(&["backup", text(&file)]);
    assert!(refusal.contains("exists") && refusal.contains("--keep"), "{refusal}");
    assert_eq!(count(&file, "accounts"), 4);
    let refusal = program.refused(&["backup", text(program.folder()), "--keep", "3"]);
    assert!(refusal.contains("is a directory"), "{refusal}");
}

#[test]
fn a_damaged_database_is_not_backed_up_over_the_last_good_backup() {
    let mut program = Program::serving();
    for n in 0..20 {
        program.sign_up(&format!("ada{n}@example.org"));
    }
    let file = program.folder().join("backup");
    program.must(&["backup", text(&file), "--keep", "2"]);
    program.end("TERM");
    // All but the first page, which names the tables.
    let mut bytes = std::fs::read(program.data("vestibule.db")).unwrap();
    bytes[4096..].fill(0x5a);
    std::fs::write(program.data("vestibule.db"), bytes).unwrap();
    let refusal = program.refused(&["backup", text(&file), "--keep", "2"]);
    assert!(refusal.contains("damaged") && refusal.contains("vestibule restore"), "{refusal}");
    assert_eq!(count(&file, "accounts"), 20);
    assert!(!program.folder().join("backup.1").exists(), "rotated without a new one");
    assert!(!program.folder().join("backup.part").exists());
}

#[test]
fn the_database_of_another_program_is_not_backed_up() {
    let mut program = Program::new();
    let cats = program.folder().join("cats");
    let mut connection = SqliteConnection::establish(text(&cats)).unwrap();
    connection.batch_execute("CREATE TABLE cats (name TEXT)").unwrap();
    program.serve();
    program.set("DATABASE_URL", &format!("sqlite://{}", text(&cats)));
    let refusal = program.refused(&["backup", "backup"]);
    assert!(refusal.contains("lacks tables of Vestibule"), "{refusal}");
    assert!(!program.folder().join("backup").exists());
}

#[test]
fn an_interrupted_backup_is_no_obstacle_and_two_are_not_made_at_once() {
    let program = Program::serving();
    let file = program.folder().join("backup");
    std::fs::write(program.folder().join("backup.part"), "half").unwrap();
    program.must(&["backup", text(&file)]);
    let stamp = std::fs::File::options().append(true).open(program.data("last-backup")).unwrap();
    stamp.lock().unwrap();
    let refusal = program.refused(&["backup", text(&file), "--keep", "2"]);
    assert!(refusal.contains("Another backup"), "{refusal}");
}

#[test]
fn a_backup_is_whole_even_if_the_server_was_killed_and_its_log_is_still_there() {
    let mut program = Program::serving();
    program.sign_up("ada@example.org");
    program.end("KILL");
    assert!(program.data("vestibule.db-wal").metadata().unwrap().len() > 0);
    let file = program.folder().join("backup");
    program.must(&["backup", text(&file)]);
    assert_eq!(count(&file, "accounts"), 1);
    let mut connection = SqliteConnection::establish(text(&file)).unwrap();
    connection.batch_execute("PRAGMA integrity_check").unwrap();
}

#[test]
fn a_backup_never_takes_the_place_of_the_database_or_of_what_belongs_to_it() {
    let mut program = Program::serving();
    let before = |program: &Program| {
        ["vestibule.db", "secret"].map(|name| {
            use std::os::unix::fs::MetadataExt;
            std::fs::metadata(program.data(name)).unwrap().ino()
        })
    };
    let kept = before(&program);
    std::os::unix::fs::symlink(program.data("vestibule.db"), program.folder().join("link"))
        .unwrap();
    let names = ["", "-wal", "-shm", ".lock", ".before-restore"];
    let beside = names.map(|ending| program.data(&format!("vestibule.db{ending}")));
    let others = [program.data("secret"), program.folder().join("link")];
    for file in beside.iter().chain(&others) {
        let refusal = program.refused(&["backup", text(file), "--keep", "2"]);
        assert!(refusal.contains("Name another file"), "{}: {refusal}", file.display());
    }
    assert_eq!(before(&program), kept);
    program.end("TERM");
    program.must(&["account", "list"]);
}
