//! Where each command prints what, as text and as JSON, and what happens if it cannot.

use crate::support::{
    PASSWORD, access_key, commands, copy_of, leaf_commands, run_with, serve, sign_in_by_api,
    vestibule,
};
use serde_json::Value;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, Write};
use std::path::Path;
use std::process::{Output, Stdio};
use tempfile::TempDir;

const SECRET: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
/// Commands with tests of their own: one runs until it is ended, the others print files.
const OTHERS: [&str; 3] = ["serve", "completions", "man"];

/// A database with two accounts, one of them signed in, and a retiring key.
struct Prepared {
    folder: TempDir,
    session: String,
    key: String,
}

impl Prepared {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| run_with(folder.path(), arguments, PASSWORD);
        run(&["account", "create", "grace@example.org", "--name", "Grace", "--role", "admin"]);
        run(&["account", "create", "ada@example.org", "--name", "Ada"]);
        run(&["keys", "rotate"]);
        let served = serve(folder.path());
        assert!(sign_in_by_api(&served, "ada@example.org").starts_with("http/1.1 200"));
        drop(served);
        let listed = run(&["session", "list", "ada@example.org", "--json"]).1;
        let session: Value = serde_json::from_str(&listed).unwrap();
        let session = session["id"].as_str().unwrap().to_owned();
        let key = access_key(folder.path(), "retiring").unwrap();
        fs::write(folder.path().join("list"), format!("{}:7\n", "0123456789".repeat(4))).unwrap();
        let backup = folder.path().join("backup");
        assert_eq!(run(&["backup", backup.to_str().unwrap()]).0, Some(0));
        Self { folder, session, key }
    }

    /// How each command succeeds: its arguments, and what it reads.
    fn commands(&self) -> Vec<(Vec<&str>, &str)> {
        let list = self.folder.path().join("list");
        let list: &'static str = list.display().to_string().leak();
        let backup = self.folder.path().join("backup");
        let backup: &'static str = backup.display().to_string().leak();
        let ada = "ada@example.org";
        vec![
            (vec!["keys", "list"], ""),
            (vec!["keys", "rotate"], ""),
            (vec!["keys", "rotate", "--emergency", "--yes"], ""),
            (vec!["keys", "retire", "--", &self.key], ""),
            (vec!["keys", "reseal"], SECRET),
            (vec!["account", "create", "joan@example.org", "--name", "Joan"], PASSWORD),
            (vec!["account", "list"], ""),
            (vec!["account", "show", ada], ""),
            (vec!["account", "role", ada, "admin"], ""),
            (vec!["account", "rename", ada, "Ada King"], ""),
            (vec!["account", "email", ada, "ada.king@example.org"], ""),
            (vec!["account", "password", ada], "three quite different words"),
            (vec!["account", "disable", ada], ""),
            (vec!["account", "enable", ada], ""),
            (vec!["account", "sign-out", ada], ""),
            (vec!["account", "sign-out", "--all", "--yes"], ""),
            (vec!["account", "delete", ada, "--yes"], ""),
            (vec!["session", "list", ada], ""),
            (vec!["session", "end", &self.session], ""),
            (vec!["events"], ""),
            (vec!["passwords", "import", list], ""),
            (vec!["config", "check"], ""),
            (vec!["doctor"], ""),
            (vec!["migrate"], ""),
            (vec!["migrate", "--dry-run"], ""),
            (vec!["backup", backup, "--keep", "1"], ""),
            (vec!["restore", backup], ""),
        ]
    }

    /// The same database again, for one command.
    fn copy(&self) -> TempDir {
        copy_of(self.folder.path())
    }

    fn run(
        &self,
        global: &[&str],
        arguments: &[&str],
        input: &str,
    ) -> (Option<i32>, String, String) {
        run_with(self.copy().path(), &[global, arguments].concat(), input)
    }
}

/// Exit code and standard error of a command with this standard output.
fn write_to(
    folder: &Path,
    arguments: &[&str],
    input: &str,
    output: Stdio,
) -> (Option<i32>, String) {
    let mut stdin = tempfile::tempfile().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    stdin.rewind().unwrap();
    let mut command = vestibule(folder);
    command.args(arguments).stdin(stdin).stdout(output).stderr(Stdio::piped());
    let Output { status, stderr, .. } = command.output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

fn full_disk() -> File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn no_command_is_missing_here() {
    let prepared = Prepared::new();
    let known: Vec<String> =
        prepared.commands().into_iter().map(|(arguments, _)| arguments.join(" ")).collect();
    for command in leaf_commands() {
        let is_known =
            known.iter().any(|one| format!("{one} ").starts_with(&format!("{command} ")));
        assert!(is_known || OTHERS.contains(&&*command), "{command}");
    }
}

#[test]
fn every_command_prints_text_or_json_and_nothing_else_on_either_stream() {
    let prepared = Prepared::new();
    for (arguments, input) in prepared.commands() {
        let (code, out, error) = prepared.run(&[], &arguments, input);
        assert_eq!((code, &*error), (Some(0), ""), "{arguments:?}");
        assert!(!out.trim().is_empty() && !out.contains('{'), "{arguments:?}: {out}");
        let (code, out, error) = prepared.run(&["--json"], &arguments, input);
        assert_eq!((code, &*error), (Some(0), ""), "{arguments:?}");
        let objects = out.lines().map(serde_json::from_str::<Value>);
        let objects: Vec<Value> = objects.collect::<Result<_, _>>().unwrap_or_default();
        let all_are = objects.iter().all(Value::is_object) && !objects.is_empty();
        assert!(all_are, "{arguments:?}: {out}");
    }
}

#[test]
fn a_server_says_as_json_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = vestibule(folder.path());
    command.args(["serve", "--json"]).env("ROCKET_PORT", "0").stderr(Stdio::null());
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert!(ready["base_url"].as_str().unwrap().starts_with("http://localhost:"), "{ready}");
    assert!(ready["message"].as_str().unwrap().contains("is ready"), "{ready}");
}

#[test]
fn json_holds_what_the_table_shows_in_types_of_its_own() {
    let prepared = Prepared::new();
    let json = |arguments: &[&str]| -> Vec<Value> {
        let (_, out, _) = prepared.run(&["--json"], arguments, "");
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let accounts = json(&["account", "list"]);
    assert_eq!((accounts.len(), &accounts[0]["role"]), (2, &"admin".into()));
    assert_eq!((&accounts[1]["name"], &accounts[1]["disabled_at"]), (&"Ada".into(), &Value::Null));
    assert!(accounts[0]["created_at"].as_str().unwrap().ends_with('Z'));
    let shown = &json(&["account", "show", "ada@example.org"])[0];
    assert_eq!(shown["sessions"][0]["id"], prepared.session);
    assert_eq!(json(&["account", "disable", "ada@example.org"])[0]["id"], shown["id"]);
    let ended = &json(&["account", "sign-out", "--all", "--yes"])[0];
    assert_eq!((&ended["sessions"], ended["message"].is_string()), (&1.into(), true));
    let keys = json(&["keys", "rotate"]);
    assert!(keys.iter().all(|key| key["state"].is_string()), "{keys:?}");
}

#[test]
fn a_full_disk_is_a_failure_of_every_command_and_a_closed_pipe_is_not() {
    let prepared = Prepared::new();
    for (arguments, input) in prepared.commands() {
        for global in [&[][..], &["--json"]] {
            let arguments = [global, &arguments].concat();
            let (code, error) =
                write_to(prepared.copy().path(), &arguments, input, full_disk().into());
            assert!(
                code == Some(1) && error.contains("output cannot be written"),
                "{arguments:?}: {error}"
            );
            let closed = write_to(prepared.copy().path(), &arguments, input, closed_pipe());
            assert_eq!(closed, (Some(0), String::new()), "{arguments:?}");
        }
    }
}

#[test]
fn help_and_files_are_output_too() {
    let folder = tempfile::tempdir().unwrap();
    let help = commands().into_iter().map(|command| [command, vec!["--help".to_owned()]].concat());
    let files = ["--version", "completions bash", "completions zsh", "completions fish", "man"];
    let files = files.iter().map(|line| line.split(' ').map(str::to_owned).collect());
    for arguments in help.chain(files) {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (code, error) = write_to(folder.path(), &arguments, "", full_disk().into());
        assert!(code == Some(1) && error.contains("cannot be written"), "{arguments:?}: {error}");
        let closed = write_to(folder.path(), &arguments, "", closed_pipe());
        assert_eq!(closed, (Some(0), String::new()), "{arguments:?}");
    }
}

#[test]
fn a_message_that_cannot_be_written_changes_no_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, expected) in
        [(&["dance"][..], 2), (&["keys", "list"], 1), (&["keys", "rotate", "--emergency"], 2)]
    {
        let mut command = vestibule(folder.path());
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(full_disk());
        assert_eq!(command.status().unwrap().code(), Some(expected), "{arguments:?}");
    }
}

#[test]
fn warnings_and_refusals_are_both_for_people() {
    use std::os::unix::fs::PermissionsExt;
    let prepared = Prepared::new();
    let copy = prepared.copy();
    let readable = fs::Permissions::from_mode(0o644);
    fs::set_permissions(copy.path().join("data/secret"), readable).unwrap();
    let (code, out, error) = run_with(copy.path(), &["account", "show", "eve@example.org"], "");
    assert_eq!((code, &*out), (Some(1), ""));
    assert!(error.contains("run chmod 600") && error.contains("no such account"), "{error}");
    assert!(!error.contains('{') && !error.contains("timestamp"), "{error}");
}
