//! The program as an operator meets it: exit codes, messages, and answers that never reach the application.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn vestibule(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    command
        .env_clear()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("VESTIBULE_DATA_DIR", folder.join("data"));
    command
}

fn run(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

/// Runs a command with something on standard input; exit code, standard output, standard error.
fn run_with(folder: &Path, arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut command = vestibule(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
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
    serve_logging(folder, Stdio::null())
}

fn serve_logging(folder: &Path, log: Stdio) -> Served {
    ready(vestibule(folder).stderr(log))
}

/// Starts a server and waits until it says that it is ready.
fn ready(command: &mut Command) -> Served {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    command.env("ROCKET_PORT", port.to_string()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, format!("Vestibule is ready: open http://localhost:{port}\n"));
    Served(child, port)
}

/// The whole response, headers included.
fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

#[test]
fn a_wrong_configuration_is_told_in_one_message_with_exit_code_2_and_nothing_is_started() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = vestibule(folder.path());
    command
        .env("VESTIBULE_ACCESS_TTL", "soon")
        .env("VESTIBULE_SECRET", "changeme")
        .env("VESTIBULE_TYPO", "1");
    let (code, message) = run(command.env("ROCKET_PORT", "many"));
    assert_eq!(code, Some(2), "{message}");
    for part in [
        "VESTIBULE_ACCESS_TTL",
        "VESTIBULE_SECRET",
        "VESTIBULE_TYPO",
        "nothing was started",
        "ROCKET_",
    ] {
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
fn it_serves_its_pages_in_a_folder_that_holds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = vestibule(folder.path());
    let served = ready(command.current_dir(folder.path()).stderr(Stdio::null()));
    let page = get(served.1, "/login");
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("<h1>Sign in</h1>"), "{page}");
    let (_, style) = page.split_once("href=\"&#x2F;static&#x2F;").unwrap();
    let style = get(served.1, &format!("/static/{}", style.split('"').next().unwrap()));
    assert!(style.starts_with("HTTP/1.1 200 ") && style.contains("text/css"), "{style}");
}

#[test]
fn an_overlay_that_cannot_be_used_is_told_with_file_and_line_and_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let overlay = folder.path().join("overlay");
    let mut command = vestibule(folder.path());
    command.env("VESTIBULE_TEMPLATE_DIR", &overlay);
    let (code, message) = run(&mut command);
    assert!(code == Some(2) && message.contains("no such folder"), "{message}");
    std::fs::create_dir_all(overlay.join("templates")).unwrap();
    let base = overlay.join("templates/base.html.tera");
    std::fs::write(&base, "<!DOCTYPE html>\n{{ text(key=common) }}\n").unwrap();
    let (code, message) = run(&mut command);
    let place = format!("VESTIBULE_TEMPLATE_DIR: {}:2: ", base.display());
    assert!(code == Some(2) && message.contains(&place), "{message}");
    assert!(!folder.path().join("data").exists(), "something was started");
}

#[test]
fn an_environment_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStringExt;
    let folder = tempfile::tempdir().unwrap();
    let odd = std::ffi::OsString::from_vec(vec![0xff]);
    let (code, message) =
        run(vestibule(folder.path()).env("FOO", &odd).env("VESTIBULE_ACCESS_TTL", &odd));
    assert!(code == Some(2) && message.contains("VESTIBULE_ACCESS_TTL"), "{message}");
}

#[test]
fn another_secret_than_the_one_the_keys_were_sealed_with_is_refused_with_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let other = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let (code, message) =
        run(vestibule(folder.path()).env("VESTIBULE_SECRET", other).env("ROCKET_PORT", "0"));
    assert!(code == Some(1) && message.contains("sealed under another secret"), "{message}");
    assert!(!message.contains(other));
}

#[test]
fn no_secret_is_made_beside_a_database_that_has_lost_its_own() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let secret = folder.path().join("data/secret");
    std::fs::remove_file(&secret).unwrap();
    for arguments in [&["serve"][..], &["keys", "list"], &["keys", "rotate", "--emergency"]] {
        let (code, _, error) = run_with(folder.path(), arguments, "");
        assert!(
            code == Some(1) && error.contains("Restore it from a backup"),
            "{arguments:?}: {error}"
        );
        assert!(
            error.contains("VESTIBULE_SECRET and VESTIBULE_SECRET_FILE are not set"),
            "{arguments:?}: {error}"
        );
    }
    assert!(!secret.exists());
}

#[test]
fn tls_that_is_not_built_in_is_not_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let tls = r#"{certs="/nowhere.pem",key="/nowhere.pem"}"#;
    let (code, message) = run(vestibule(folder.path()).env("ROCKET_TLS", tls));
    assert!(code == Some(2) && message.contains("proxy"), "{message}");
}

#[test]
fn the_log_that_prints_passwords_cannot_be_switched_on() {
    let folder = tempfile::tempdir().unwrap();
    for level in ["normal", "debug"] {
        let (code, message) = run(vestibule(folder.path()).env("ROCKET_LOG_LEVEL", level));
        assert!(code == Some(2) && message.contains("ROCKET_LOG_LEVEL"), "{level}: {message}");
    }
}

#[test]
fn a_port_in_use_is_told_with_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path());
    let (code, message) = run(vestibule(folder.path()).env("ROCKET_PORT", served.1.to_string()));
    assert!(code == Some(1) && message.contains("ROCKET_PORT"), "{message}");
}

#[test]
fn methods_nobody_knows_get_405_and_our_headers_too() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path());
    for (request, status, allow) in [
        ("FOO /", "405", Some("GET, HEAD")),
        ("PROPFIND /login", "405", Some("GET, POST, HEAD")),
        ("QUERY /api/auth/sessions/7", "405", Some("DELETE")),
        ("QUERY /api/auth/login", "405", Some("POST")),
        ("FOO /nowhere", "404", None),
    ] {
        let answer =
            ask(&served, &format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        let allowed = allow
            .is_none_or(|allow| answer.contains(&format!("allow: {}\r\n", allow.to_lowercase())));
        assert!(answer.starts_with(&format!("http/1.1 {status}")) && allowed, "{answer}");
        assert!(answer.contains("x-frame-options: deny"), "{answer}");
    }
}

#[test]
fn whatever_is_asked_for_the_log_is_visible_ascii() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let served = serve_logging(folder.path(), std::fs::File::create(&log).unwrap().into());
    for method in ["GET", "POST"] {
        let request = format!(
            "{method} /\u{9b}31m\u{202e}?q HTTP/1.1\r\nHost: x\r\nOrigin: null\r\nConnection: close\r\n\r\n"
        );
        assert!(ask(&served, &request).starts_with("http/1.1 4"));
    }
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("u{9b}31m") && log.contains("u{202e}"), "{log}");
    assert!(log.chars().all(|c| c.is_ascii_graphic() || c == ' ' || c == '\n'), "{log:?}");
}

/// The answer to a raw request, in lower case.
fn ask(served: &Served, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", served.1)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.to_lowercase()
}

const PASSWORD: &str = "three unrelated words";

#[test]
fn every_command_has_help_and_wrong_use_is_2() {
    let folder = tempfile::tempdir().unwrap();
    let commands: [&[&str]; 16] = [
        &["serve"],
        &["keys"],
        &["keys", "list"],
        &["keys", "rotate"],
        &["keys", "retire"],
        &["keys", "reseal"],
        &["account"],
        &["account", "create"],
        &["account", "list"],
        &["account", "show"],
        &["account", "role"],
        &["account", "disable"],
        &["account", "enable"],
        &["account", "sign-out"],
        &["account", "delete"],
        &[],
    ];
    for command in commands {
        let (code, out, error) = run_with(folder.path(), &[command, &["--help"]].concat(), "");
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
fn an_operator_makes_sees_changes_and_deletes_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let account = |arguments: &[&str], input: &str| {
        run_with(folder.path(), &[&["account"], arguments].concat(), input)
    };
    let create = ["create", "Grace@example.org", "--name", "Grace Hopper", "--role", "admin"];
    for (input, problem) in [
        ("", "new database at"),
        ("", "missing"),
        ("short\n", "at least 8"),
        ("password\n", "most common"),
    ] {
        let (code, _, error) = account(&create, input);
        assert!(code == Some(1) && error.contains(problem), "{input}: {error}");
    }
    let (code, out, error) = account(&create, &format!("{PASSWORD}\n"));
    assert!(
        code == Some(0) && out.starts_with("grace@example.org") && !out.contains(PASSWORD),
        "{out}{error}"
    );
    let (code, _, error) = account(&create, PASSWORD);
    assert!(
        code == Some(1) && error.contains("already") && !error.contains("new database"),
        "{error}"
    );

    let served = serve(folder.path());
    let sign_in = || {
        let body = format!(r#"{{"email":"grace@example.org","password":"{PASSWORD}"}}"#);
        let head = format!("Content-Type: application/json\r\nContent-Length: {}", body.len());
        ask(
            &served,
            &format!(
                "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n\r\n{body}"
            ),
        )
    };
    assert!(sign_in().starts_with("http/1.1 200"));
    let (_, out, _) = account(&["show", "grace@example.org"], "");
    for part in ["Grace Hopper", "admin", "enabled", "127.0.0.1"] {
        assert!(out.contains(part), "{part} is missing in {out}");
    }
    let (code, _, error) = account(&["disable", "grace@example.org"], "");
    assert!(
        code == Some(1) && error.contains("last administrator") && error.contains("account role"),
        "{error}"
    );
    assert!(error.contains("account enable"), "{error}");
    account(&["create", "joan@example.org", "--name", "Joan"], PASSWORD);
    for (arguments, told) in [
        (&["role", "joan@example.org", "admin"][..], "role admin"),
        (&["sign-out", "grace@example.org"], "signed out everywhere"),
        (&["disable", "grace@example.org"], "disabled"),
    ] {
        let (code, out, error) = account(arguments, "");
        assert!(code == Some(0) && out.contains(told), "{arguments:?}: {out}{error}");
    }
    assert!(sign_in().starts_with("http/1.1 401"));
    assert!(account(&["list"], "").1.contains("disabled 20"));
    assert_eq!(account(&["enable", "grace@example.org"], "").0, Some(0));
    assert!(sign_in().starts_with("http/1.1 200"));
    let (code, _, log) = account(&["delete", "grace@example.org"], "");
    assert!(
        code == Some(0) && log.contains(r#""event":"account_deleted""#) && !log.contains("grace@"),
        "{log}"
    );
    let (code, _, error) = account(&["show", "grace@example.org"], "");
    assert!(code == Some(1) && error.contains("account list"), "{error}");
}

#[test]
fn an_operator_changes_the_keys_under_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path());
    let keys = |arguments: &[&str], input: &str| {
        run_with(folder.path(), &[&["keys"], arguments].concat(), input)
    };
    let elsewhere = tempfile::tempdir().unwrap();
    let (code, _, error) = run_with(elsewhere.path(), &["keys", "rotate", "--emergency"], "");
    assert!(
        code == Some(1) && error.contains("VESTIBULE_DATA_DIR"),
        "another folder than the server's: {error}"
    );
    assert!(!elsewhere.path().join("data").exists());
    let listed = || keys(&["list"], "").1;
    let id = |state: &str| {
        let line = listed()
            .lines()
            .find(|line| line.contains("access") && line.contains(state))
            .unwrap()
            .to_owned();
        line.split_whitespace().next().unwrap().to_owned()
    };
    let published = |id: &str| {
        let set = ask(
            &served,
            "GET /.well-known/jwks.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        );
        set.contains(&id.to_lowercase())
    };
    let first = id("active");
    assert!(published(&first) && published(&id("next")));
    let (code, _, error) = keys(&["retire", &first], "");
    assert!(code == Some(1) && error.contains("keys rotate"), "{error}");
    let (code, _, error) = keys(&["retire", "--", &id("next")], "");
    assert!(code == Some(1) && error.contains("twice"), "{error}");
    let (code, _, error) = keys(&["retire", "-Gone_h-k"], "");
    assert!(
        code == Some(1) && error.contains("-Gone_h-k"),
        "an id may begin with a hyphen: {error}"
    );
    let (code, _, log) = keys(&["rotate"], "");
    assert!(code == Some(0) && log.contains(r#""event":"keys_rotated""#), "{log}");
    assert_eq!(id("retiring"), first);
    until(|| published(&id("next")));
    let (code, _, log) = keys(&["retire", &first], "");
    assert!(
        code == Some(0)
            && log.contains(r#""event":"key_retired""#)
            && log.contains(&format!("key={first}")),
        "{log}"
    );
    until(|| !published(&first));
    let (code, _, error) = keys(&["retire", &first], "");
    assert!(code == Some(1) && error.contains("keys list"), "{error}");
    let second = id("active");
    let (_, out, log) = keys(&["rotate", "--emergency"], "");
    assert!(
        out.contains("sign in again") && log.contains(r#""event":"keys_replaced""#),
        "{out}{log}"
    );
    until(|| !published(&second));
    assert!(!listed().contains("retiring"));
}

#[test]
fn a_rotation_to_another_algorithm_tells_what_it_means_for_other_services() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    for (algorithm, told) in
        [("ES256", "must accept ES256"), ("HS256", "no other service can verify")]
    {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = vestibule(folder.path());
        command.env("ROCKET_PORT", port.to_string()).env("VESTIBULE_ALGORITHM", algorithm);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        drop(Served(child, port));
        let (code, out, error) = run_with(folder.path(), &["keys", "rotate"], "");
        assert!(code == Some(0) && out.contains(told), "{out}{error}");
    }
    assert!(
        !run_with(folder.path(), &["keys", "rotate"], "").1.contains("no longer with"),
        "nothing changed"
    );
}

#[test]
fn another_secret_takes_over_by_reseal() {
    const NEW: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let reseal = |input: &str| run_with(folder.path(), &["keys", "reseal"], input);
    let (code, _, error) = reseal("changeme");
    assert!(code == Some(1) && error.contains("openssl rand"), "{error}");
    let (code, out, error) = reseal(&format!("{NEW}\n"));
    assert!(
        code == Some(0) && out.contains("VESTIBULE_SECRET") && !out.contains(NEW),
        "{out}{error}"
    );
    let (code, message) = run(vestibule(folder.path()).args(["keys", "list"]));
    assert!(code == Some(1) && message.contains("another secret"), "{message}");
    let (code, message) =
        run(vestibule(folder.path()).args(["keys", "list"]).env("VESTIBULE_SECRET", NEW));
    assert!(code == Some(0) && message.contains("active"), "{message}");
}

/// Asks again until it is so; the server follows within a second.
fn until(is_so: impl Fn() -> bool) {
    let waited = vestibule::clock::Stopwatch::start();
    while !is_so() {
        assert!(waited.micros() < 5_000_000, "the server does not follow");
    }
}

#[test]
fn a_bad_rocket_setting_is_told_by_every_command_and_nothing_panics() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["serve"][..], &["keys", "list"], &["account", "list"]] {
        let mut command = vestibule(folder.path());
        let (code, message) = run(command.env("ROCKET_WORKERS", "many").args(arguments));
        assert!(code == Some(2) && message.contains("ROCKET_"), "{arguments:?}: {message}");
    }
}

#[test]
fn the_profile_of_rocket_chooses_the_section_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Rocket.toml");
    std::fs::write(&file, "[staging.vestibule]\naccess_ttl = \"soon\"\n").unwrap();
    let list = |profile| {
        let mut command = vestibule(folder.path());
        command.env("ROCKET_CONFIG", &file).env("ROCKET_PROFILE", profile).args(["keys", "list"]);
        run(&mut command)
    };
    let (code, message) = list("staging");
    assert!(code == Some(2) && message.contains("VESTIBULE_ACCESS_TTL"), "{message}");
    let (code, message) = list("production");
    assert!(code == Some(1) && message.contains("no database"), "{message}");
}

#[test]
fn any_free_port_is_used_and_printed_where_port_0_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = vestibule(folder.path());
    command.env("ROCKET_PORT", "0").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().rsplit(':').next().unwrap().parse().unwrap();
    let served = Served(child, port);
    assert!(port != 0 && TcpStream::connect(("127.0.0.1", served.1)).is_ok(), "{line}");
}

#[test]
fn a_closed_terminal_and_a_request_to_terminate_both_end_the_server_calmly() {
    for signal in ["HUP", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let mut served = serve(folder.path());
        let mut kill = Command::new("kill");
        kill.arg(format!("-{signal}")).arg(served.0.id().to_string());
        assert!(kill.status().unwrap().success());
        assert_eq!(served.0.wait().unwrap().code(), Some(0), "SIG{signal}");
    }
}

#[test]
fn output_that_cannot_be_written_fails_the_command_and_a_closed_pipe_does_not() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = vestibule(folder.path());
    let output = command.args(["keys", "list"]).stdout(full).stderr(Stdio::piped()).output();
    let output = output.unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && message.contains("disk space"), "{message}");
    let mut command = vestibule(folder.path());
    command.args(["keys", "list"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_database_that_cannot_be_reached_is_not_taken_for_none_and_long_input_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data"), "a file").unwrap();
    let (code, _, error) = run_with(folder.path(), &["account", "list"], "");
    assert!(code == Some(1) && error.contains("cannot be read"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let create = ["account", "create", "ada@example.org", "--name", "Ada"];
    let (code, _, error) = run_with(folder.path(), &create, &"x".repeat(100_000));
    assert!(code == Some(1) && error.contains("longer than"), "{error}");
}
