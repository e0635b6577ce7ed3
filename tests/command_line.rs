//! The program as an operator meets it: exit codes, messages, and answers that never reach the application.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn vestibule(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    command.env_clear().current_dir(env!("CARGO_MANIFEST_DIR")).env("VESTIBULE_DATA_DIR", folder.join("data"));
    command
}

fn run(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

/// A running server, ended when dropped.
struct Served(Child, u16);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(folder: &Path) -> Served {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = vestibule(folder);
    command.env("ROCKET_PORT", port.to_string()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, format!("Vestibule is ready: open http://localhost:{port}\n"));
    Served(child, port)
}

#[test]
fn a_wrong_configuration_is_told_in_one_message_with_exit_code_2_and_nothing_is_started() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = vestibule(folder.path());
    command.env("VESTIBULE_ACCESS_TTL", "soon").env("VESTIBULE_SECRET", "changeme").env("VESTIBULE_TYPO", "1");
    let (code, message) = run(command.env("ROCKET_PORT", "many"));
    assert_eq!(code, Some(2), "{message}");
    for part in ["VESTIBULE_ACCESS_TTL", "VESTIBULE_SECRET", "VESTIBULE_TYPO", "nothing was started", "ROCKET_"] {
        assert!(message.contains(part), "{part} is missing in {message}");
    }
    assert!(!folder.path().join("data").exists() && !message.contains("changeme"));
}

#[test]
fn a_word_it_does_not_know_is_wrong_use_and_help_is_not() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(vestibule(folder.path()).arg("dance")).0, Some(2));
    let (code, help) = run(vestibule(folder.path()).arg("--help"));
    assert!(code == Some(0) && help.contains("serve"), "{help}");
    assert_eq!(run(vestibule(folder.path()).args(["serve", "--help"])).0, Some(0));
}

#[test]
fn missing_templates_and_an_environment_that_is_no_text_are_told() {
    use std::os::unix::ffi::OsStringExt;
    let folder = tempfile::tempdir().unwrap();
    let (code, message) = run(vestibule(folder.path()).current_dir(folder.path()));
    assert!(code == Some(2) && message.contains("ROCKET_TEMPLATE_DIR"), "{message}");
    let odd = std::ffi::OsString::from_vec(vec![0xff]);
    let (code, message) = run(vestibule(folder.path()).env("FOO", &odd).env("VESTIBULE_ACCESS_TTL", &odd));
    assert!(code == Some(2) && message.contains("VESTIBULE_ACCESS_TTL"), "{message}");
}

#[test]
fn another_secret_than_the_one_the_keys_were_sealed_with_is_refused_with_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let other = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let (code, message) = run(vestibule(folder.path()).env("VESTIBULE_SECRET", other).env("ROCKET_PORT", "0"));
    assert!(code == Some(1) && message.contains("sealed under another secret"), "{message}");
    assert!(!message.contains(other));
}

#[test]
fn a_port_in_use_is_told_with_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path());
    let (code, message) = run(vestibule(folder.path()).env("ROCKET_PORT", served.1.to_string()));
    assert!(code == Some(1) && message.contains("ROCKET_PORT"), "{message}");
}

#[test]
fn requests_with_methods_nobody_knows_get_our_headers_too() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path());
    for request in ["FOO / HTTP/1.1", "PROPFIND /login HTTP/1.1"] {
        let mut stream = TcpStream::connect(("127.0.0.1", served.1)).unwrap();
        write!(stream, "{request}\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let answer = answer.to_lowercase();
        assert!(answer.starts_with("http/1.1 400") && answer.contains("x-frame-options: deny"), "{answer}");
    }
}
