//! What is different on a terminal: questions, hidden input, and the width of tables. `script` of
//! util-linux gives each command a terminal of its own.

use crate::support::{PASSWORD, copy_of, run_with, until};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use tempfile::TempDir;

/// A shell on a terminal, and what it shows.
struct Terminal {
    folder: TempDir,
    script: Child,
    keys: Option<ChildStdin>,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}

impl Terminal {
    /// Runs a command, then prints its exit code and the settings of the terminal.
    fn run(folder: TempDir, command: &str) -> Self {
        let program = env!("CARGO_BIN_EXE_vestibule");
        let shell = format!(
            "stty cols 90; sh -c 'echo $$ > {}; exec {program} {command}'; echo \"code $?\"; stty -a",
            folder.path().join("pid").display()
        );
        let screen = File::create(folder.path().join("screen")).unwrap();
        let mut script = Command::new("script");
        script
            .args(["-qefc", &shell, "/dev/null"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("SHELL", "/bin/sh")
            .env("VESTIBULE_DATA_DIR", folder.path().join("data"))
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        let mut script =
            script.stdin(Stdio::piped()).stdout(screen).stderr(Stdio::null()).spawn().unwrap();
        let keys = script.stdin.take();
        Self { folder, script, keys }
    }

    fn screen(&self) -> String {
        fs::read_to_string(self.folder.path().join("screen")).unwrap()
    }

    fn wait_for(&self, text: &str) {
        until(|| self.screen().contains(text));
    }

    fn type_text(&mut self, text: &str) {
        self.keys.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn signal(&self, signal: &str) {
        let pid = fs::read_to_string(self.folder.path().join("pid")).unwrap();
        let sent = Command::new("kill").args([&format!("-{signal}"), pid.trim()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end; what was shown, and whether the terminal shows what is typed.
    fn end(mut self) -> (String, bool) {
        self.wait_for("-cstopb");
        drop(self.keys.take());
        self.script.wait().unwrap();
        let screen = self.screen();
        let (shown, settings) = screen.split_once("speed ").unwrap();
        (shown.to_owned(), settings.split([' ', ';', '\n', '\r']).any(|word| word == "echo"))
    }
}

fn with_accounts() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (email, name) in [
        (
            "a.rather.long.address.of.somebody@mail.example.org",
            "Ada Lovelace, Countess of Lovelace",
        ),
        ("grace@example.org", "山田太郎の長い名前です、とても長い名前です"),
    ] {
        run_with(folder.path(), &["account", "create", email, "--name", name], PASSWORD);
    }
    folder
}

fn accounts(folder: &Path) -> usize {
    run_with(folder, &["account", "list", "--json"], "").1.lines().count()
}

#[test]
fn a_hidden_question_ends_with_the_terminal_as_it_was() {
    const CREATE: &str = "account create grace@example.org --name Grace";
    for how in ["TERM", "INT", "HUP", "ctrl-c", "ctrl-d"] {
        let mut terminal = Terminal::run(tempfile::tempdir().unwrap(), CREATE);
        terminal.wait_for("Password:");
        match how {
            "ctrl-c" => terminal.type_text("\u{3}"),
            "ctrl-d" => terminal.type_text("\u{4}"),
            signal => terminal.signal(signal),
        }
        let (shown, echoes) = terminal.end();
        assert!(
            shown.contains("Nothing was changed.") && shown.contains("code 1"),
            "{how}: {shown}"
        );
        assert!(echoes, "{how}: the terminal stays silent");
    }
}

#[test]
fn a_password_is_typed_twice_and_not_shown() {
    let mut terminal = Terminal::run(
        tempfile::tempdir().unwrap(),
        "account create grace@example.org --name Grace",
    );
    terminal.wait_for("Password:");
    terminal.type_text(&format!("{PASSWORD}\n"));
    terminal.wait_for("Repeat password:");
    terminal.type_text(&format!("{PASSWORD}\n"));
    let (shown, echoes) = terminal.end();
    assert!(shown.contains("Created the account") && shown.contains("code 0"), "{shown}");
    assert!(echoes && !shown.contains(PASSWORD), "{shown}");
}

#[test]
fn what_cannot_be_undone_is_asked_on_a_terminal_and_refused_without_one() {
    let delete = ["account", "delete", "grace@example.org"];
    let commands: [(&[&str], &str); 3] = [
        (&delete, "grace@example.org"),
        (&["account", "sign-out", "--all"], "yes"),
        (&["keys", "rotate", "--emergency"], "yes"),
    ];
    for (arguments, word) in commands {
        let folder = with_accounts();
        let keys = |folder: &Path| run_with(folder, &["keys", "list"], "").1;
        let before = keys(folder.path());
        let (code, out, error) = run_with(folder.path(), arguments, &format!("{word}\n"));
        assert_eq!((code, &*out), (Some(2), ""), "{arguments:?}");
        assert!(error.contains("--yes"), "{arguments:?}: {error}");
        for (typed, code) in [("no", 1), (word, 0)] {
            assert_eq!((accounts(folder.path()), keys(folder.path())), (2, before.clone()));
            let mut terminal = Terminal::run(copy_of(folder.path()), &arguments.join(" "));
            terminal.wait_for("to continue:");
            terminal.type_text(&format!("{typed}\n"));
            let (shown, _) = terminal.end();
            assert!(shown.contains(&format!("code {code}")), "{arguments:?} {typed}: {shown}");
            assert_eq!(shown.contains("Nothing was changed."), code == 1, "{shown}");
        }
    }
}

#[test]
fn tables_are_cut_to_the_terminal_and_nowhere_else() {
    let folder = with_accounts();
    let (_, whole, _) = run_with(folder.path(), &["account", "list"], "");
    assert!(whole.lines().all(|line| line.ends_with('Z') || line.ends_with("CREATED")), "{whole}");
    for command in ["account list", "keys list", "events"] {
        let (shown, _) = Terminal::run(copy_of(folder.path()), command).end();
        let lines: Vec<&str> = shown.lines().take_while(|line| !line.starts_with("code")).collect();
        assert!(lines.len() > 2, "{shown}");
        for line in lines {
            // Wide characters take two columns each; the table's own test counts them.
            assert!(line.chars().count() <= 90, "{line}");
        }
        let cut = if command == "account list" { "a.rather.long.a…" } else { "…" };
        assert!(shown.contains(cut), "{shown}");
    }
}
