//! Exit codes, help, input and output of every command.

use crate::support::{commands, run, run_with, serve, vestibule};

#[test]
fn an_unknown_command_is_wrong_use_but_help_is_not() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(vestibule(folder.path()).arg("dance")).0, Some(2));
    let (code, help) = run(vestibule(folder.path()).arg("--help"));
    assert!(code == Some(0) && help.contains("serve"), "{help}");
    assert_eq!(run(vestibule(folder.path()).args(["serve", "--help"])).0, Some(0));
}

#[test]
fn input_is_read_up_to_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let create = ["account", "create", "ada@example.org", "--name", "Ada"];
    let endless = || std::fs::File::open("/dev/zero").unwrap();
    for arguments in [&create[..], &["keys", "reseal"]] {
        let mut command = vestibule(folder.path());
        let (code, message) = run(command.args(arguments).stdin(endless()));
        assert!(code == Some(1) && message.contains("longer than 4096 bytes"), "{message}");
    }
    let (code, _, error) = run_with(folder.path(), &create, &"x".repeat(300));
    assert!(code == Some(1) && error.contains("256 characters"), "{error}");
}

#[test]
fn a_database_that_cannot_be_opened_is_not_reported_as_missing() {
    let folder = tempfile::tempdir().unwrap();
    // Even root cannot follow a symbolic link to itself.
    std::os::unix::fs::symlink("data", folder.path().join("data")).unwrap();
    for arguments in [&["account", "list"][..], &["keys", "list"]] {
        let (code, _, error) = run_with(folder.path(), arguments, "");
        assert!(code == Some(1) && error.contains("cannot be opened"), "{error}");
        assert!(!error.contains("no database"), "{error}");
    }
}

#[test]
fn every_command_has_help_and_wrong_use_is_2() {
    let folder = tempfile::tempdir().unwrap();
    for command in commands() {
        let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
        let (code, out, error) = run_with(folder.path(), &arguments, "");
        assert!(code == Some(0) && out.contains("Usage: vestibule"), "{command:?}: {out}{error}");
    }
    for wrong in [
        &["keys"][..],
        &["keys", "dance"],
        &["keys", "retire"],
        &["account"],
        &["account", "show"],
        &["account", "show", "nobody"],
        &["account", "role", "ada@example.org", "root"],
        &["account", "create", "ada@example.org"],
        &["account", "create", "ada@example.org", "--name", "Ada", "--password", "secret words"],
    ] {
        let (code, out, error) = run_with(folder.path(), wrong, "");
        assert!(code == Some(2) && out.is_empty() && !error.is_empty(), "{wrong:?}: {out}{error}");
    }
    let (code, error) =
        run(vestibule(folder.path()).args(["keys", "list"]).env("VESTIBULE_TYPO", "1"));
    assert!(code == Some(2) && error.contains("VESTIBULE_TYPO"), "{error}");
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[test]
fn a_command_in_a_folder_without_a_database_creates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, error) = run_with(folder.path(), &["keys", "rotate", "--emergency", "--yes"], "");
    assert!(code == Some(1) && error.contains("VESTIBULE_DATA_DIR"), "{error}");
    assert!(!folder.path().join("data").exists());
}
