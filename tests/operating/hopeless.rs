//! What can never succeed is refused at once, with the right advice.

use crate::program::{Done, Program, bounded, finish};
use std::fs::{Permissions, create_dir, set_permissions, write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Far less than the time in which a start waits for a database that will come.
const AT_ONCE_MICROS: u64 = 4_000_000;
/// `nobody`: permissions do not bind root, who runs the tests in a container.
const NOBODY: u32 = 65_534;

/// Commands that open the database.
const COMMANDS: [&[&str]; 8] = [
    &["serve"],
    &["account", "list"],
    &["keys", "list"],
    &["events"],
    &["migrate"],
    &["config", "check"],
    &["doctor"],
    &["backup", "backup"],
];

type Break = fn(&Program);

/// How it is broken, and one of what must be said.
const BROKEN: [(&str, Break, &[&str]); 8] = [
    (
        "no database",
        |p| write(p.data("vestibule.db"), "some text").unwrap(),
        &["vestibule restore"],
    ),
    (
        "a database that is gone",
        |p| {
            for ending in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(p.data(&format!("vestibule.db{ending}")));
            }
        },
        &["Put it back", "There is no database"],
    ),
    (
        "a damaged database",
        |p| {
            let mut bytes = std::fs::read(p.data("vestibule.db")).unwrap();
            bytes[..4096].fill(7);
            write(p.data("vestibule.db"), bytes).unwrap();
        },
        &["vestibule restore"],
    ),
    (
        "a folder for a file",
        |p| {
            std::fs::remove_file(p.data("vestibule.db")).unwrap();
            create_dir(p.data("vestibule.db")).unwrap();
        },
        &["A folder was named for a file"],
    ),
    (
        "a link to itself",
        |p| {
            std::fs::remove_file(p.data("vestibule.db")).unwrap();
            symlink("vestibule.db", p.data("vestibule.db")).unwrap();
        },
        &["DATABASE_URL"],
    ),
    ("an unreadable directory", |p| chmod(p, "", 0o000), &["Run this as the user"]),
    (
        "a directory without right to write",
        |p| {
            // What SQLite would have to create.
            for ending in ["-wal", "-shm"] {
                let _ = std::fs::remove_file(p.data(&format!("vestibule.db{ending}")));
            }
            chmod(p, "", 0o500);
        },
        &["Run this as the user", "permissions"],
    ),
    (
        "a database without right to write",
        |p| chmod(p, "vestibule.db", 0o400),
        &["Run this as the user"],
    ),
];

fn chmod(program: &Program, name: &str, mode: u32) {
    set_permissions(program.data(name), Permissions::from_mode(mode)).unwrap();
}

/// Runs a command as somebody whom permissions bind.
fn run_bound(program: &Program, arguments: &[&str]) -> Done {
    let mut command = bounded(&program.command(arguments));
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    finish(&mut command)
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap().stdout;
    id == b"0\n"
}

fn give_to_nobody(folder: &Path) {
    if is_root() {
        let owner = format!("{NOBODY}:{NOBODY}");
        assert!(Command::new("chown").arg("-R").arg(owner).arg(folder).status().unwrap().success());
    }
}

#[test]
fn what_can_never_succeed_is_refused_at_once_with_advice() {
    for (what, destroy, advice) in BROKEN {
        let mut program = Program::serving();
        program.end("TERM");
        give_to_nobody(program.folder());
        destroy(&program);
        for command in COMMANDS {
            let watch = vestibule::clock::Stopwatch::start();
            let done = run_bound(&program, command);
            assert!(watch.micros() < AT_ONCE_MICROS, "{what}, {command:?}: it waits");
            assert_eq!(done.code, Some(1), "{what}, {command:?}: {done:?}");
            let said = format!("{}{}", done.out, done.error);
            let told = advice.iter().any(|advice| said.contains(advice));
            assert!(told, "{what}, {command:?}: {said}");
        }
        chmod(&program, "", 0o700);
    }
}

/// A command in a mount namespace where the folder `disk` has a read-only copy of the data directory.
fn on_read_only_disk(program: &Program, commands: &str) -> Done {
    std::fs::create_dir_all(program.folder().join("disk")).unwrap();
    let script = format!(
        "mount -t tmpfs none disk && cp -r data disk && mount -o remount,ro disk && {commands}"
    );
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
    finish(command.current_dir(program.folder()).env("VESTIBULE_DATA_DIR", "disk/data"))
}

#[test]
fn a_read_only_file_system_is_named() {
    let advice = "Mount the file system writable";
    let mut program = Program::serving();
    program.end("TERM");
    if on_read_only_disk(&program, "true").code == Some(0) {
        for command in COMMANDS {
            let words = command.join(" ");
            let binary = env!("CARGO_BIN_EXE_vestibule");
            let done = on_read_only_disk(&program, &format!("timeout 10 '{binary}' {words}"));
            let said = format!("{}{}", done.out, done.error);
            let told = said.contains(advice) || said.contains("the disk is mounted writable");
            assert!(done.code == Some(1) && told, "{words}: {said}");
        }
    } else {
        // A container that may mount nothing sees this one read-only.
        let mut command = program.command(&["serve"]);
        command.env("VESTIBULE_DATA_DIR", "/sys/vestibule");
        let done = finish(&mut bounded(&command));
        assert!(done.code == Some(1) && done.error.contains(advice), "{done:?}");
    }
}

#[test]
fn an_address_that_cannot_be_listened_on_is_named_with_advice() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (settings, told) in [
        (
            [("ROCKET_PORT", &*port), ("ROCKET_ADDRESS", "127.0.0.1")],
            "Another program listens there",
        ),
        (
            [("ROCKET_PORT", "8000"), ("ROCKET_ADDRESS", "192.0.2.1")],
            "not an address of this machine",
        ),
    ] {
        let program = Program::new();
        let mut command = program.command(&["serve"]);
        command.envs(settings);
        let done = finish(&mut bounded(&command));
        assert!(done.code == Some(1) && done.error.contains(told), "{done:?}");
        assert!(done.error.contains(settings[1].1), "the address is missing: {done:?}");
    }
}
