//! The program as an operator meets it: exit codes, messages, and answers that never reach the
//! The program as operators use it: exit codes, messages, and requests that never reach the

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
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
    // A command with invalid arguments does not read its input.
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
    ready(&mut vestibule(folder), log)
}

/// Starts a server and waits until it says that it is ready.
fn ready(command: &mut Command, log: Stdio) -> Served {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let served = start(command.env("ROCKET_PORT", port.to_string()), log);
    assert_eq!(served.1, port);
    served
}

/// Starts a server and reads its port from what it prints when it is ready.
fn start(command: &mut Command, log: Stdio) -> Served {
    let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim_end().strip_prefix("Vestibule is ready: open http://localhost:");
    let port = port.and_then(|port| port.parse().ok());
    Served(child, port.unwrap_or_else(|| panic!("{line:?}")))
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
fn an_invalid_configuration_is_reported_in_one_message_with_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = vestibule(folder.path());
    command
        .env("VESTIBULE_ACCESS_TTL", "soon")
        .env("VESTIBULE_SECRET", "changeme")
        .env("VESTIBULE_TYPO", "1");
    let (code, message) = run(command.env("ROCKET_PORT", "many"));
    assert_eq!(code, Some(2), "{message}");
    for part in
        ["VESTIBULE_ACCESS_TTL", "VESTIBULE_SECRET", "VESTIBULE_TYPO", "did not start", "ROCKET_"]
    {
        assert!(message.contains(part), "{part} is missing in {message}");
    }
    assert!(!folder.path().join("data").exists() && !message.contains("changeme"));
}

#[test]
fn an_unknown_command_is_wrong_use_but_help_is_not() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(vestibule(folder.path()).arg("dance")).0, Some(2));
    let (code, help) = run(vestibule(folder.path()).arg("--help"));
    assert!(code == Some(0) && help.contains("serve"), "{help}");
    assert_eq!(run(vestibule(folder.path()).args(["serve", "--help"])).0, Some(0));
}

#[test]
fn it_serves_its_pages_in_an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = vestibule(folder.path());
    let served = ready(command.current_dir(folder.path()), Stdio::null());
    let page = get(served.1, "/login");
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("<h1>Sign in</h1>"), "{page}");
    let (_, style) = page.split_once("href=\"&#x2F;static&#x2F;").unwrap();
    let style = get(served.1, &format!("/static/{}", style.split('"').next().unwrap()));
    assert!(style.starts_with("HTTP/1.1 200 ") && style.contains("text/css"), "{style}");
}

#[test]
fn an_invalid_overlay_is_reported_with_file_line_and_exit_code_2() {
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
fn an_environment_that_is_not_utf8_is_reported() {
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
fn no_secret_is_created_if_a_database_has_lost_its_own() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let secret = folder.path().join("data/secret");
    std::fs::remove_file(&secret).unwrap();
    for arguments in [&["serve"][..], &["keys", "list"], &["keys", "rotate", "--emergency"]] {
        let (code, _, error) = run_with(folder.path(), arguments, "");
        assert!(
            code == Some(1) && error.contains("restore the file from a backup"),
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
fn tls_which_is_not_built_in_is_refused() {
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
fn output_that_cannot_be_written_is_a_failure_and_a_closed_pipe_is_not() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let write_to = |output: Stdio| {
        let mut command = vestibule(folder.path());
        command.args(["keys", "list"]).stdin(Stdio::null()).stdout(output).stderr(Stdio::piped());
        let Output { status, stderr, .. } = command.output().unwrap();
        (status.code(), String::from_utf8(stderr).unwrap())
    };
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let (code, error) = write_to(full.into());
    assert!(code == Some(1) && error.contains("output cannot be written"), "{error}");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(write_to(writer.into()), (Some(0), String::new()));
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
fn a_wrong_rocket_setting_is_exit_code_2_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let create = ["account", "create", "ada@example.org", "--name", "Ada"];
    for (name, value) in [
        ("ROCKET_WORKERS", "many"),
        ("ROCKET_MAX_BLOCKING", "-1"),
        ("ROCKET_SHUTDOWN", "{force=7}"),
        ("ROCKET_PORT", "70000"),
        ("ROCKET_PROFILE", "staging"),
    ] {
        for arguments in [&["serve"][..], &["keys", "list"], &["account", "list"], &create] {
            let (code, message) = run(vestibule(folder.path()).args(arguments).env(name, value));
            assert!(
                code == Some(2) && message.contains("ROCKET_"),
                "{name} {arguments:?}: {message}"
            );
            assert!(!message.contains("panicked"), "{name} {arguments:?}: {message}");
        }
    }
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_profile_selects_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Rocket.toml");
    std::fs::write(&file, "[staging.vestibule]\naccess_ttl = \"soon\"").unwrap();
    let with = |profile: &str| {
        let mut command = vestibule(folder.path());
        run(command
            .args(["keys", "list"])
            .env("ROCKET_CONFIG", &file)
            .env("ROCKET_PROFILE", profile))
    };
    let (code, message) = with("staging");
    assert!(code == Some(2) && message.contains("VESTIBULE_ACCESS_TTL"), "{message}");
    assert_eq!(with("release").0, Some(1), "no database: the table of another profile is not read");
    assert_eq!(with("").0, Some(1), "empty means unset");
}

#[test]
fn names_injected_for_a_service_called_vestibule_are_ignored() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let mut command = vestibule(folder.path());
    command
        .env("VESTIBULE_PORT", "tcp://10.96.0.12:8000")
        .env("VESTIBULE_SERVICE_HOST", "10.96.0.12");
    let (code, message) = run(command.args(["keys", "list"]));
    assert!(code == Some(0), "{message}");
}

#[test]
fn port_0_takes_a_free_port_and_the_base_url_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let served = start(vestibule(folder.path()).env("ROCKET_PORT", "0"), Stdio::null());
    assert_ne!(served.1, 0);
    let head = "POST /logout HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0";
    let origin = |port: u16| format!("{head}\r\nOrigin: http://localhost:{port}\r\n\r\n");
    let answer = ask(&served, &origin(served.1));
    assert!(!answer.starts_with("http/1.1 403"), "{answer}");
    assert!(ask(&served, &origin(0)).starts_with("http/1.1 403"));
}

#[test]
fn a_public_address_with_an_http_base_url_is_warned_about() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let file = || std::fs::File::create(&log).unwrap();
    let read = || std::fs::read_to_string(&log).unwrap();
    drop(start(vestibule(folder.path()).env("ROCKET_PORT", "0"), file().into()));
    assert!(!read().contains("ROCKET_ADDRESS"), "{}", read());
    let mut command = vestibule(folder.path());
    command.env("ROCKET_PORT", "0").env("ROCKET_ADDRESS", "0.0.0.0");
    drop(start(&mut command, file().into()));
    assert!(read().contains("ROCKET_ADDRESS is 0.0.0.0"), "{}", read());
}

#[test]
fn hangup_and_term_answer_the_running_request_and_exit_with_0() {
    for signal in ["HUP", "TERM", "INT"] {
        let folder = tempfile::tempdir().unwrap();
        let mut served = serve(folder.path());
        let mut running = TcpStream::connect(("127.0.0.1", served.1)).unwrap();
        let head = "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json";
        let body = "Connection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{";
        write!(running, "{head}\r\n{body}").unwrap();
        // Sent once the body is being read.
        let mut go_on = [0; 25];
        running.read_exact(&mut go_on).unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        kill(signal, &served.0);
        // The port is free once the server has stopped accepting.
        until(|| TcpListener::bind(("127.0.0.1", served.1)).is_ok());
        running.write_all(b"}").unwrap();
        let mut answer = String::new();
        running.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 422"), "{signal}: {answer}");
        assert_eq!(served.0.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn a_server_under_nohup_outlives_its_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' HUP; exec \"$0\"", env!("CARGO_BIN_EXE_vestibule")])
        .env_clear()
        .env("VESTIBULE_DATA_DIR", folder.path().join("data"))
        .env("ROCKET_PORT", "0")
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let served = start(&mut command, Stdio::null());
    kill("HUP", &served.0);
    for _ in 0..50 {
        let answer = ask(&served, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert!(answer.starts_with("http/1.1 200"), "{answer}");
    }
}

fn kill(signal: &str, child: &Child) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success());
}

#[test]
fn a_port_in_use_is_reported_with_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path());
    let (code, message) = run(vestibule(folder.path()).env("ROCKET_PORT", served.1.to_string()));
    assert!(code == Some(1) && message.contains("ROCKET_PORT"), "{message}");
}

#[test]
fn the_metrics_have_an_address_of_their_own_and_one_in_use_is_reported_with_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let mut served =
        ready(vestibule(folder.path()).env("VESTIBULE_METRICS_ADDRESS", &address), Stdio::null());
    assert!(get(served.1, "/health/live").starts_with("HTTP/1.1 200"));
    let metrics = get(port, "/metrics");
    let counted =
        "vestibule_request_seconds_count{route=\"/health/live\",method=\"GET\",status=\"2xx\"} 1";
    assert!(metrics.starts_with("HTTP/1.1 200") && metrics.contains(counted), "{metrics}");
    assert!(get(port, "/health/live").starts_with("HTTP/1.1 404"));
    assert!(get(served.1, "/metrics").starts_with("HTTP/1.1 404"));
    let mut second = vestibule(folder.path());
    let (code, message) =
        run(second.env("ROCKET_PORT", "0").env("VESTIBULE_METRICS_ADDRESS", &address));
    let told = message.contains("VESTIBULE_METRICS_ADDRESS") && message.contains(&address);
    assert!(code == Some(1) && told && !message.contains("is ready"), "{message}");
    kill("TERM", &served.0);
    assert_eq!(served.0.wait().unwrap().code(), Some(0));
}

#[test]
fn unknown_methods_get_405_with_our_headers() {
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
fn the_log_is_visible_ascii_whatever_is_requested() {
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

#[test]
fn probes_that_succeed_are_not_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let served = serve_logging(folder.path(), std::fs::File::create(&log).unwrap().into());
    for path in ["/health/live", "/health/ready", "/health/none", "/login"] {
        get(served.1, path);
    }
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("/health/none") && log.contains("/login"), "{log}");
    assert!(!log.contains("/health/live") && !log.contains("/health/ready"), "{log}");
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
    let commands: [&[&str]; 19] = [
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
        &["events"],
        &["passwords"],
        &["passwords", "import"],
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
fn an_operator_creates_an_account_with_a_password_from_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let account = |arguments: &[&str], input: &str| {
        run_with(folder.path(), &[&["account"], arguments].concat(), input)
    };
    let create = ["create", "Grace@example.org", "--name", "Grace Hopper", "--role", "admin"];
    for (input, problem) in [
        ("", "new database at"),
        ("", "Enter your password"),
        ("short\n", "8 characters"),
        ("password\n", "too easy to guess"),
    ] {
        let (code, _, error) = account(&create, input);
        assert!(code == Some(1) && error.contains(problem), "{input}: {error}");
    }
    let (code, out, error) = account(&create, &format!("{PASSWORD}\n"));
    assert!(
        code == Some(0) && out.contains("grace@example.org") && !out.contains(PASSWORD),
        "{out}{error}"
    );
    let (code, _, error) = account(&create, PASSWORD);
    assert!(
        code == Some(1) && error.contains("already") && !error.contains("new database"),
        "{error}"
    );
}

#[test]
fn an_operator_changes_and_deletes_accounts_under_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let account = |arguments: &[&str], input: &str| {
        run_with(folder.path(), &[&["account"], arguments].concat(), input)
    };
    account(
        &["create", "grace@example.org", "--name", "Grace Hopper", "--role", "admin"],
        PASSWORD,
    );
    let served = serve(folder.path());
    let sign_in = || sign_in_by_api(&served, "grace@example.org");
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
        (&["sign-out", "grace@example.org"], "Signed out grace@example.org"),
        (&["disable", "grace@example.org"], "Disabled grace@example.org"),
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

fn sign_in_by_api(served: &Served, email: &str) -> String {
    let body = format!(r#"{{"email":"{email}","password":"{PASSWORD}"}}"#);
    let head = "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close";
    let length = body.len();
    let content = format!("Content-Type: application/json\r\nContent-Length: {length}");
    ask(served, &format!("{head}\r\n{content}\r\n\r\n{body}"))
}

#[test]
fn an_operator_changes_the_keys_under_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path());
    let keys = |arguments: &[&str], input: &str| {
        run_with(folder.path(), &[&["keys"], arguments].concat(), input)
    };
    let id = |state: &str| access_key(folder.path(), state).unwrap();
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
    assert_eq!(access_key(folder.path(), "retiring"), None);
}

/// The ID of the first access token key in this state, as `keys list` shows it.
fn access_key(folder: &Path, state: &str) -> Option<String> {
    let (_, listed, _) = run_with(folder, &["keys", "list"], "");
    let line = listed.lines().find(|line| line.contains("access") && line.contains(state))?;
    line.split_whitespace().next().map(str::to_owned)
}

#[test]
fn only_a_retiring_key_can_be_retired() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    let next = access_key(folder.path(), "next").unwrap();
    // One ID in 64 begins with a hyphen.
    for (arguments, told) in
        [(&["retire", "--", &*next][..], "twice"), (&["retire", "-Gone_h-k"], "-Gone_h-k")]
    {
        let (code, _, error) = run_with(folder.path(), &[&["keys"], arguments].concat(), "");
        assert!(code == Some(1) && error.contains(told), "{error}");
    }
}

#[test]
fn a_command_in_a_folder_without_a_database_creates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, error) = run_with(folder.path(), &["keys", "rotate", "--emergency"], "");
    assert!(code == Some(1) && error.contains("VESTIBULE_DATA_DIR"), "{error}");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_rotation_to_another_algorithm_says_what_other_services_must_do() {
    let folder = tempfile::tempdir().unwrap();
    drop(serve(folder.path()));
    for (algorithm, told) in
        [("ES256", "must accept ES256"), ("HS256", "No other service can verify")]
    {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = vestibule(folder.path());
        command.env("ROCKET_PORT", port.to_string()).env("VESTIBULE_ALGORITHM", algorithm);
        drop(start(&mut command, Stdio::null()));
        let (code, out, error) = run_with(folder.path(), &["keys", "rotate"], "");
        assert!(code == Some(0) && out.contains(told), "{out}{error}");
    }
    assert!(
        !run_with(folder.path(), &["keys", "rotate"], "").1.contains("instead of"),
        "nothing changed"
    );
}

#[test]
fn reseal_changes_the_secret() {
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

/// Waits until a condition holds: the server follows within a second.
fn until(is_so: impl Fn() -> bool) {
    let waited = vestibule::clock::Stopwatch::start();
    while !is_so() {
        assert!(waited.micros() < 5_000_000, "the server does not follow");
    }
}

#[test]
fn settings_of_zero_a_syntax_error_and_an_older_database_are_told_and_no_secret_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["ROCKET_WORKERS", "ROCKET_MAX_BLOCKING"] {
        let (code, message) = run(vestibule(folder.path()).env(name, "0"));
        assert!(code == Some(2) && message.contains("at least 1"), "{name}: {message}");
    }
    let file = folder.path().join("Rocket.toml");
    std::fs::write(&file, "[default.vestibule]\nsecret = \"9f86d081\" x\n").unwrap();
    let (code, message) = run(vestibule(folder.path()).env("ROCKET_CONFIG", &file));
    assert!(code == Some(2) && message.contains("line 2"), "{message}");
    assert!(!message.contains("9f86d081"), "{message}");
    let database = folder.path().join("old.db");
    let old = "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
        run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); \
        INSERT INTO __diesel_schema_migrations (version) VALUES ('20261121000000')";
    let mut connection = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    connection.batch_execute(old).unwrap();
    let url = format!("sqlite://{}", database.display());
    let (code, message) = run(vestibule(folder.path()).env("DATABASE_URL", url).env(
        "VESTIBULE_SECRET",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ));
    assert!(code == Some(1) && message.trim_end().ends_with("start with a new one."), "{message}");
}
