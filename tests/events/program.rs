//! The real program, its log and its database.

use diesel::{Connection, SqliteConnection};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Data directory and log of a server and of commands beside it.
pub struct Program {
    folder: TempDir,
    server: Option<(Child, u16)>,
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

impl Program {
    /// Starts a server.
    pub fn serve() -> Self {
        let mut program = Self { folder: tempfile::tempdir().unwrap(), server: None };
        let mut command = program.command();
        let mut child = command.env("ROCKET_PORT", "0").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim_end().rsplit(':').next().and_then(|port| port.parse().ok());
        program.server = Some((child, port.unwrap_or_else(|| panic!("{line:?}"))));
        program
    }

    pub fn end(&mut self) {
        if let Some((mut server, _)) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    pub fn port(&self) -> u16 {
        self.server.as_ref().unwrap().1
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port())
    }

    /// Runs a command with this on standard input; its standard output.
    pub fn run(&self, arguments: &[&str], input: &str) -> String {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.env("SUDO_USER", "grace").spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", self.log());
        String::from_utf8(output.stdout).unwrap()
    }

    /// The program without a subcommand; its log is appended to ours.
    pub fn command(&self) -> Command {
        let log = File::options().create(true).append(true).open(self.log_file()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command
            .env_clear()
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("VESTIBULE_DATA_DIR", self.data())
            .env("VESTIBULE_RATE_LIMITS", "off")
            .stderr(log);
        command
    }

    /// All that was logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap()
    }

    pub fn log_lines(&self) -> Vec<Value> {
        let log = self.log();
        let json = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        log.lines().map(json).collect()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn database(&self) -> SqliteConnection {
        SqliteConnection::establish(self.data().join("vestibule.db").to_str().unwrap()).unwrap()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

/// A client that keeps no cookies, follows no redirects, and gets error responses as responses.
pub fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    config.build().into()
}

/// A file of this package.
pub fn source(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}
