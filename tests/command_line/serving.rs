//! `vestibule serve`: signals, ports, the log, and requests that never reach the routes.

use crate::support::{ask, get, kill, ready, run, serve, serve_logging, start, until, vestibule};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

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
        ("FOO /", "405", Some("GET, HEAD, OPTIONS")),
        ("PROPFIND /login", "405", Some("GET, POST, HEAD, OPTIONS")),
        ("QUERY /api/auth/sessions/7", "405", Some("DELETE, OPTIONS")),
        ("QUERY /api/auth/login", "405", Some("POST, OPTIONS")),
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
fn the_default_check_of_haproxy_succeeds_and_is_not_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let served = serve_logging(folder.path(), std::fs::File::create(&log).unwrap().into());
    let answer = ask(&served, "OPTIONS / HTTP/1.0\r\n\r\n");
    assert!(answer.starts_with("http/1.0 204") && answer.contains("allow: get, head"), "{answer}");
    assert!(ask(&served, "GET / HTTP/1.0\r\n\r\n").starts_with("http/1.0 400"), "no host");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("GET") && !log.contains("OPTIONS"), "{log}");
}

#[test]
fn a_server_that_does_not_start_says_so_in_the_form_of_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path());
    let mut command = vestibule(folder.path());
    let output = command
        .env("ROCKET_PORT", served.1.to_string())
        .env("VESTIBULE_ROTATION_GRACE", "5s")
        .output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let lines = log.lines().map(serde_json::from_str::<serde_json::Value>);
    let lines: Vec<_> = lines.collect::<Result<_, _>>().unwrap_or_default();
    let levels: Vec<_> = lines.iter().filter_map(|line| line["level"].as_str()).collect();
    assert!(levels.contains(&"WARN") && levels.last() == Some(&"ERROR"), "{log}");
    assert!(log.contains("did not start") && output.stdout.is_empty(), "{log}");
}

#[test]
fn a_log_that_cannot_be_written_disturbs_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let served = serve_logging(folder.path(), full.into());
    for _ in 0..3 {
        assert!(get(served.1, "/login").starts_with("HTTP/1.1 200"));
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
