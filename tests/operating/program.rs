//! The real program in a folder of its own, as operators run it.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use tempfile::TempDir;

pub const PASSWORD: &str = "three unrelated words";

/// A data directory, and perhaps a server on it.
pub struct Program {
    folder: TempDir,
    /// The same for every server: it is part of the issuer of tokens.
    port: u16,
    server: Option<Server>,
    settings: Vec<(String, String)>,
}

pub struct Server {
    child: Child,
    /// Kept, so that what it prints later finds a reader.
    output: BufReader<ChildStdout>,
}

/// What a command did.
#[derive(Debug)]
pub struct Done {
    pub code: Option<i32>,
    pub out: String,
    pub error: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end("KILL");
    }
}

impl Program {
    /// Without a data directory.
    pub fn new() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { folder: tempfile::tempdir().unwrap(), port, server: None, settings: Vec::new() }
    }

    /// Sets an environment variable of all that is started from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// With a running server.
    pub fn serving() -> Self {
        let mut program = Self::new();
        program.serve();
        program
    }

    /// Starts a server and waits until it is ready.
    pub fn serve(&mut self) {
        let mut command = self.command(&["serve"]);
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        command.stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(line.starts_with("Vestibule is ready"), "{line:?}");
        self.server = Some(Server { child, output });
    }

    /// Ends the server with this signal.
    pub fn end(&mut self, signal: &str) {
        if let Some(Server { mut child, .. }) = self.server.take() {
            let pid = child.id().to_string();
            let _ = Command::new("kill").args([&format!("-{signal}"), &pid]).status();
            let _ = child.wait();
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A path in the data directory.
    pub fn data(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process ID of the server.
    pub fn pid(&self) -> u32 {
        self.server.as_ref().unwrap().child.id()
    }

    /// The next lines that the server prints.
    pub fn lines(&mut self, count: usize) -> Vec<String> {
        let output = &mut self.server.as_mut().unwrap().output;
        output.lines().take(count).map(|line| line.unwrap()).collect()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command
            .args(arguments)
            .env_clear()
            .current_dir(self.folder.path())
            .env("ROCKET_PORT", self.port.to_string())
            .env("VESTIBULE_RATE_LIMITS", "off")
            .envs(self.settings.iter().cloned());
        command
    }

    /// Runs a command that ends by itself.
    pub fn run(&self, arguments: &[&str]) -> Done {
        finish(&mut bounded(&self.command(arguments)))
    }

    /// Runs a command with this on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Done {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Done::of(child.wait_with_output().unwrap())
    }

    /// Runs a command that must succeed; its output.
    pub fn must(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
        done.out
    }

    /// Runs a command that must be refused, with exit code 1; what it says.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(done.code, Some(1), "{arguments:?}: {done:?}");
        done.error
    }

    /// Runs SQL on the database, while no server does.
    pub fn sql(&self, sql: &str) {
        let path = self.data("vestibule.db");
        let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        connection.batch_execute(sql).unwrap();
    }

    /// Sends JSON to the API; the status and the body.
    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("http://localhost:{}{path}", self.port());
        let mut response = agent().post(url).send_json(body).unwrap();
        (response.status().as_u16(), response.body_mut().read_json().unwrap_or_default())
    }

    /// The status of a request with an access token.
    pub fn get(&self, path: &str, access_token: &Value) -> u16 {
        let url = format!("http://localhost:{}{path}", self.port());
        let header = format!("Bearer {}", access_token.as_str().unwrap());
        agent().get(url).header("Authorization", header).call().unwrap().status().as_u16()
    }

    /// The page that a browser with this refresh token gets.
    pub fn page_with(&self, path: &str, refresh_token: &Value) -> String {
        let url = format!("http://localhost:{}{path}", self.port());
        let cookie = format!("__Host-refresh-{}={}", self.port(), refresh_token.as_str().unwrap());
        let mut response = agent().get(url).header("Cookie", cookie).call().unwrap();
        response.body_mut().read_to_string().unwrap()
    }

    /// The IDs of the published keys.
    pub fn published_keys(&self) -> Vec<String> {
        let url = format!("http://localhost:{}/.well-known/jwks.json", self.port());
        let keys: Value = agent().get(url).call().unwrap().body_mut().read_json().unwrap();
        let keys = keys["keys"].as_array().unwrap().iter();
        keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    }

    /// Signs up; the tokens.
    pub fn sign_up(&self, email: &str) -> Value {
        let body = serde_json::json!({ "name": "Ada", "email": email, "password": PASSWORD });
        let (status, tokens) = self.post("/api/auth/register", &body);
        assert_eq!(status, 201, "{tokens}");
        tokens
    }

    /// Signs in; the status and the tokens.
    pub fn sign_in(&self, email: &str) -> (u16, Value) {
        let body = serde_json::json!({ "email": email, "password": PASSWORD });
        self.post("/api/auth/login", &body)
    }

    pub fn refresh(&self, tokens: &Value) -> (u16, Value) {
        let body = serde_json::json!({ "refresh_token": tokens["refresh_token"] });
        self.post("/api/auth/refresh", &body)
    }
}

impl Done {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), error: text(output.stderr) }
    }
}

/// The same command; exit code 124 if it does not end.
pub fn bounded(command: &Command) -> Command {
    let mut bounded = Command::new("timeout");
    bounded.arg("20").arg(command.get_program()).args(command.get_args()).env_clear();
    bounded.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    bounded.current_dir(command.get_current_dir().unwrap());
    bounded
}

pub fn finish(command: &mut Command) -> Done {
    Done::of(command.stdin(Stdio::null()).output().unwrap())
}

/// Commands in a shell, with `vestibule` as a function and these functions besides; they must succeed.
pub fn shell(program: &Program, functions: &str, commands: &str, environment: &[(&str, &str)]) {
    let binary = env!("CARGO_BIN_EXE_vestibule");
    let script = format!("set -e\nvestibule() {{ '{binary}' \"$@\"; }}\n{functions}\n{commands}");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env_clear().env("PATH", "/usr/bin:/bin");
    command.envs(environment.iter().copied()).current_dir(program.folder());
    let done = finish(&mut command);
    assert_eq!(done.code, Some(0), "{commands}: {done:?}");
}

/// A client that gets error responses as responses.
fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

/// How many rows a table of this database has.
pub fn count(database: &Path, table: &'static str) -> i64 {
    let mut connection = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    let rows = diesel::dsl::sql::<BigInt>(&format!("(SELECT count(*) FROM {table})"));
    diesel::select(rows).get_result(&mut connection).unwrap()
}

/// The code blocks of a document after these words, up to the next heading.
pub fn documented(document: &str, words: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = std::fs::read_to_string(path).unwrap();
    let (_, section) = text.split_once(&format!("\n{words}")).unwrap();
    let section = section.split("\n#").next().unwrap();
    section.split("```").skip(1).step_by(2).map(str::to_owned).collect()
}
