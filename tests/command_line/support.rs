//! The program, its commands and its servers.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

pub fn vestibule(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    command
        .env_clear()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("VESTIBULE_DATA_DIR", folder.join("data"));
    command
}

pub fn run(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

/// Runs a command with something on standard input; exit code, standard output, standard error.
pub fn run_with(folder: &Path, arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut command = vestibule(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command with invalid arguments does not read its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A running server, ended when dropped.
pub struct Served(pub Child, pub u16);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn serve(folder: &Path) -> Served {
    serve_logging(folder, Stdio::null())
}

pub fn serve_logging(folder: &Path, log: Stdio) -> Served {
    ready(&mut vestibule(folder), log)
}

/// Starts a server and waits until it says that it is ready.
pub fn ready(command: &mut Command, log: Stdio) -> Served {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let served = start(command.env("ROCKET_PORT", port.to_string()), log);
    assert_eq!(served.1, port);
    served
}

/// Starts a server and reads its port from what it prints when it is ready.
pub fn start(command: &mut Command, log: Stdio) -> Served {
    let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim_end().strip_prefix("Vestibule is ready: open http://localhost:");
    let port = port.and_then(|port| port.parse().ok());
    Served(child, port.unwrap_or_else(|| panic!("{line:?}")))
}

/// The whole response, headers included.
pub fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

pub fn kill(signal: &str, child: &Child) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success());
}

/// The answer to a raw request, in lower case.
pub fn ask(served: &Served, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", served.1)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.to_lowercase()
}

pub const PASSWORD: &str = "three unrelated words";

pub fn sign_in_by_api(served: &Served, email: &str) -> String {
    let body = format!(r#"{{"email":"{email}","password":"{PASSWORD}"}}"#);
    let head = "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close";
    let length = body.len();
    let content = format!("Content-Type: application/json\r\nContent-Length: {length}");
    ask(served, &format!("{head}\r\n{content}\r\n\r\n{body}"))
}

/// Waits until a condition holds: the server follows within a second.
pub fn until(is_so: impl Fn() -> bool) {
    let waited = vestibule::clock::Stopwatch::start();
    while !is_so() {
        assert!(waited.micros() < 5_000_000, "the server does not follow");
    }
}

/// Every command of the program with its arguments' names left out, from its help: `[]`, `["keys"]`,
/// `["keys", "list"]` and so on.
pub fn commands() -> Vec<Vec<String>> {
    let mut found = Vec::new();
    collect(&[], &mut found);
    found
}

/// The commands that have no commands of their own.
pub fn leaf_commands() -> Vec<String> {
    let all = commands();
    let is_leaf = |one: &&Vec<String>| {
        !all.iter().any(|other| other.len() > one.len() && other.starts_with(one))
    };
    all.iter().filter(is_leaf).map(|command| command.join(" ")).collect()
}

fn collect(command: &[String], found: &mut Vec<Vec<String>>) {
    found.push(command.to_vec());
    let help = Command::new(env!("CARGO_BIN_EXE_vestibule")).args(command).arg("-h").output();
    let help = String::from_utf8(help.unwrap().stdout).unwrap();
    let Some((_, listed)) = help.split_once("Commands:\n") else { return };
    let names = listed.lines().take_while(|line| line.starts_with("  "));
    for name in names.filter_map(|line| line.split_whitespace().next()) {
        if name != "help" {
            collect(&[command, &[name.to_owned()]].concat(), found);
        }
    }
}

/// The ID of the first access token key in this state, as `keys list` shows it.
pub fn access_key(folder: &Path, state: &str) -> Option<String> {
    let (_, listed, _) = run_with(folder, &["keys", "list"], "");
    let line = listed.lines().find(|line| line.contains("access") && line.contains(state))?;
    line.split_whitespace().next().map(str::to_owned)
}

/// The same database in another folder.
pub fn copy_of(folder: &Path) -> TempDir {
    let (from, copy) = (folder.join("data"), tempfile::tempdir().unwrap());
    let to = copy.path().join("data");
    fs::DirBuilder::new().mode(0o700).create(&to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    copy
}
