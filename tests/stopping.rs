//! How the program ends: whoever it serves is answered, whoever balances the load is told first.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use vestibule::clock::Stopwatch;

struct Server {
    process: Child,
    port: u16,
    folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.env_clear().env("VESTIBULE_DATA_DIR", folder.path().join("data"));
        command.env("ROCKET_PORT", port.to_string()).envs(settings.iter().copied());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("ready")));
        Self { process, port, folder }
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).arg(self.process.id().to_string()).status();
        assert!(sent.unwrap().success());
    }

    /// The exit code, and how long it took.
    fn wait(&mut self) -> (Option<i32>, Duration) {
        let asked = Stopwatch::start();
        let code = self.process.wait().unwrap().code();
        (code, Duration::from_micros(asked.micros()))
    }

    /// A connection on which this request has been sent.
    fn send(&self, request: &str) -> TcpStream {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        connection
    }

    fn get(&self, path: &str) -> String {
        let host = format!("localhost:{}", self.port);
        answer(&mut self.send(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n")))
    }
}

/// An answer up to its first byte of body.
fn answer(connection: &mut TcpStream) -> String {
    let mut read = [0; 8_192];
    let length = connection.read(&mut read).unwrap();
    String::from_utf8_lossy(&read[..length]).into_owned()
}

#[test]
fn idle_connections_do_not_delay_the_end() {
    for connections in 1..6 {
        let mut server = Server::start(&[]);
        let host = format!("localhost:{}", server.port);
        let idle: Vec<TcpStream> = (0..connections)
            .map(|_| {
                let request = format!("GET /health/live HTTP/1.1\r\nHost: {host}\r\n\r\n");
                let mut connection = server.send(&request);
                assert!(answer(&mut connection).starts_with("HTTP/1.1 200"));
                connection
            })
            .collect();
        server.signal("-TERM");
        let (code, took) = server.wait();
        // Rocket's grace period is 2 s.
        assert!(code == Some(0) && took < Duration::from_millis(1_500), "{code:?} {took:?}");
        drop(idle);
    }
}

#[test]
fn a_request_that_runs_is_answered_before_the_end() {
    let mut server = Server::start(&[]);
    let body = "email=ada%40example.org&password=three+unrelated+words";
    let mut connection = server.send(&format!(
        "POST /login HTTP/1.1\r\nHost: localhost:{}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        server.port,
        body.len()
    ));
    // Whoever asks for the body has begun with the request.
    assert!(answer(&mut connection).starts_with("HTTP/1.1 100"));
    server.signal("-TERM");
    connection.write_all(body.as_bytes()).unwrap();
    assert!(answer(&mut connection).starts_with("HTTP/1.1 401"));
    assert_eq!(server.wait().0, Some(0));
}

#[test]
fn before_it_stops_it_is_not_ready_for_as_long_as_set_or_until_the_next_signal() {
    let mut server = Server::start(&[("VESTIBULE_DRAIN", "1h")]);
    assert!(server.get("/health/ready").starts_with("HTTP/1.1 200"));
    assert!(!server.get("/login").to_lowercase().contains("connection: close"));
    server.signal("-TERM");
    let mut ready = String::new();
    while !ready.starts_with("HTTP/1.1 503") {
        ready = server.get("/health/ready");
    }
    assert!(ready.contains(r#"{"status":"not_ready","not_ready":["stopping"]}"#), "{ready}");
    let page = server.get("/login");
    assert!(page.starts_with("HTTP/1.1 200"), "people are still served: {page}");
    assert!(page.to_lowercase().contains("connection: close"), "{page}");
    server.signal("-TERM");
    assert_eq!(server.wait().0, Some(0));
}

#[test]
fn it_stops_by_itself_after_the_drain() {
    let mut server = Server::start(&[("VESTIBULE_DRAIN", "1s")]);
    server.signal("-INT");
    let (code, took) = server.wait();
    assert!(code == Some(0) && took >= Duration::from_millis(900), "{code:?} {took:?}");
}

#[test]
fn systemd_is_told_when_it_is_ready_and_when_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let systemd = UnixDatagram::bind(&path).unwrap();
    systemd.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut server = Server::start(&[("NOTIFY_SOCKET", path.to_str().unwrap())]);
    let told = || {
        let mut read = [0; 100];
        let length = systemd.recv(&mut read).unwrap();
        String::from_utf8_lossy(&read[..length]).into_owned()
    };
    assert_eq!(told(), "READY=1\n");
    server.signal("-TERM");
    assert_eq!(told(), "STOPPING=1\n");
    assert_eq!(server.wait().0, Some(0));
    assert!(server.folder.path().join("data").exists());
}
