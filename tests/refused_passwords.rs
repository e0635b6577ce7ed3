//! `vestibule passwords import`, and which passwords the commands refuse.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const PASSWORD: &str = "three unrelated words";
/// SHA-1 of `PASSWORD`.
const HASH: &str = "0A8D45E0A18664D8BB8849416A07ECEBED2AB63B";

/// An installation: a folder with a data directory and a database.
struct Installation(TempDir);

impl Installation {
    fn new() -> Self {
        let installation = Self(tempfile::tempdir().unwrap());
        let (code, said) = installation.create("grace@example.org", "four other unrelated words");
        assert_eq!(code, Some(0), "{said}");
        installation
    }

    fn command(&self) -> Command {
        command(Command::new(env!("CARGO_BIN_EXE_vestibule")), self.0.path())
    }

    /// Creates an account; exit code and all output.
    fn create(&self, email: &str, password: &str) -> (Option<i32>, String) {
        let mut command = self.command();
        command.args(["account", "create", email, "--name", "Ada Lovelace"]).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
        outcome(child.wait_with_output().unwrap())
    }

    fn import(&self, list: &Path, options: &[&str]) -> (Option<i32>, String) {
        let mut command = self.command();
        outcome(command.args(["passwords", "import"]).arg(list).args(options).output().unwrap())
    }

    /// A list with this content.
    fn list(&self, content: &str) -> PathBuf {
        let path = self.0.path().join("list.txt");
        fs::write(&path, content).unwrap();
        path
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("data/breached-passwords")
    }
}

fn command(mut command: Command, folder: &Path) -> Command {
    command
        .env_clear()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("VESTIBULE_DATA_DIR", folder.join("data"));
    command
}

fn outcome(Output { status, stdout, stderr }: Output) -> (Option<i32>, String) {
    (status.code(), String::from_utf8([stdout, stderr].concat()).unwrap())
}

#[test]
fn an_account_is_not_created_with_a_password_that_is_easy_to_guess() {
    let installation = Installation::new();
    for (password, reason) in [
        ("        ", "more than spaces"),
        ("letmein12", "too easy to guess"),
        ("summer2026", "too easy to guess"),
        ("vestibule1", "the name of this site"),
        ("adalovelace", "your name"),
        ("ada@example.org", "your email address"),
        ("short", "8 characters"),
    ] {
        let (code, said) = installation.create("ada@example.org", password);
        assert!(code == Some(1) && said.contains(reason), "{password}: {said}");
    }
    let mut strict = installation.command();
    strict.args(["account", "create", "ada@example.org", "--name", "Ada"]);
    strict.env("VESTIBULE_PASSWORD_MIN_LENGTH", "30").stdin(Stdio::piped());
    let mut child = strict.stderr(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    let (code, said) = outcome(child.wait_with_output().unwrap());
    assert!(code == Some(1) && said.contains("30 characters or more"), "{said}");
    assert_eq!(installation.create("ada@example.org", PASSWORD).0, Some(0));
}

#[test]
fn an_imported_password_is_refused_and_others_are_not() {
    let installation = Installation::new();
    let list = installation.list(&format!("{}:1\r\n{HASH}:52256179\r\n", "5".repeat(40)));
    let (code, said) = installation.import(&list, &["--top", "1"]);
    assert!(code == Some(0) && said.starts_with("Imported 1 password. Restart"), "{said}");
    let mode = fs::metadata(installation.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (code, said) = installation.create("ada@example.org", PASSWORD);
    assert!(code == Some(1) && said.contains("may be known from a data breach"), "{said}");
    assert_eq!(installation.create("ada@example.org", "purple-otter-canyon").0, Some(0));
    let (code, said) = installation.import(&list, &[]);
    assert!(code == Some(0) && said.starts_with("Imported 2 passwords."), "{said}");
}

#[test]
fn what_is_not_a_list_is_told_and_the_existing_file_is_kept() {
    let installation = Installation::new();
    let file = installation.file();
    let (code, said) = installation.import(&installation.list(""), &[]);
    assert!(code == Some(1) && said.contains("is empty") && !file.exists(), "{said}");
    assert_eq!(installation.import(&installation.list(&format!("{HASH}:1\n")), &[]).0, Some(0));
    let built = fs::read(&file).unwrap();
    let missing = installation.0.path().join("missing.txt");
    for (list, told) in [
        (missing.clone(), "missing.txt cannot be read: No such file"),
        (installation.0.path().to_owned(), "cannot be read"),
        (installation.list(&format!("{HASH}:1\n{HASH}\n")), "Line 2 of"),
    ] {
        let (code, said) = installation.import(&list, &[]);
        assert!(code == Some(1) && said.contains(told), "{told}: {said}");
        assert_eq!(fs::read(&file).unwrap(), built);
    }
    let list = installation.list(&format!("{HASH}:1\n"));
    for top in ["0", "many", "100000001"] {
        assert_eq!(installation.import(&list, &["--top", top]).0, Some(2), "{top}");
    }
    assert_eq!(
        outcome(installation.command().args(["passwords", "import"]).output().unwrap()).0,
        Some(2)
    );
}

#[test]
fn without_a_data_directory_nothing_is_created() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.txt");
    fs::write(&list, format!("{HASH}:1\n")).unwrap();
    let mut import = command(Command::new(env!("CARGO_BIN_EXE_vestibule")), folder.path());
    let (code, said) = outcome(import.args(["passwords", "import"]).arg(&list).output().unwrap());
    assert!(code == Some(1) && said.contains("There is no data directory at"), "{said}");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_full_disk_is_told_and_leaves_the_existing_file_and_no_draft() {
    let installation = Installation::new();
    let line = |n: u32| format!("{n:08X}{}:{n}\n", "0".repeat(32));
    let list = installation.list(&(0..10_000).map(line).collect::<String>());
    assert_eq!(installation.import(&list, &["--top", "10"]).0, Some(0));
    let built = fs::read(installation.file()).unwrap();
    // A limit of 4 KiB for each file stands for a full disk. The signal that comes with it is
    // ignored, as a full disk sends none.
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" passwords import \"$1\"";
    let mut shell = command(Command::new("/bin/sh"), installation.0.path());
    shell.args(["-c", script, env!("CARGO_BIN_EXE_vestibule")]).arg(&list);
    let (code, said) = outcome(shell.output().unwrap());
    assert!(code == Some(1) && said.contains("cannot be written: File too large"), "{said}");
    assert_eq!(fs::read(installation.file()).unwrap(), built);
    assert!(!installation.0.path().join("data/breached-passwords.draft").exists());
}

#[test]
fn a_damaged_or_foreign_file_prevents_the_start_and_can_be_replaced() {
    let installation = Installation::new();
    let list = installation.list(&format!("{HASH}:1\n"));
    assert_eq!(installation.import(&list, &[]).0, Some(0));
    let mut bytes = fs::read(installation.file()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    for (content, told) in
        [(&bytes[..], "are damaged: build the file again"), (b"hello", "is not a file of")]
    {
        fs::write(installation.file(), content).unwrap();
        let serve = installation.command().arg("serve").env("ROCKET_PORT", "0").output().unwrap();
        let (code, said) = outcome(serve);
        assert!(code == Some(1) && said.contains(told), "{told}: {said}");
        assert!(
            said.contains("vestibule passwords import") && said.contains("remove it"),
            "{said}"
        );
    }
    assert_eq!(installation.import(&list, &[]).0, Some(0));
    assert_eq!(installation.create("ada@example.org", "purple-otter-canyon").0, Some(0));
}
