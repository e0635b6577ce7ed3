//! A PostgreSQL server that the test starts and ends.

use crate::certificates::Issued;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

pub struct Server {
    folder: TempDir,
    pub port: u16,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

impl Server {
    /// One that accepts connections over TLS only, with passwords.
    pub fn with_tls(issued: &Issued) -> Self {
        let server = Self::create("hostssl all all 127.0.0.1/32 scram-sha-256");
        server.write("server.crt", &issued.certificate);
        server.write("server.key", &issued.key);
        server.write("more.conf", "ssl = on\n");
        server.start();
        server
    }

    /// One without TLS.
    pub fn without_tls() -> Self {
        let server = Self::create("host all all 127.0.0.1/32 scram-sha-256");
        server.write("more.conf", "");
        server.start();
        server
    }

    fn create(access: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { folder: tempfile::tempdir().unwrap(), port };
        give_to_postgres(server.folder.path());
        server.write("password", "it's secret");
        run(program("initdb")
            .arg("-D")
            .arg(server.data())
            .args(["-U", "vestibule", "-E", "UTF8", "--locale=C.UTF-8"])
            .args([
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--no-sync",
                &format!("--pwfile={}", server.path("password").display()),
            ]));
        server.write("data/pg_hba.conf", &format!("local all all trust\n{access}\n"));
        let folder = server.folder.path().display();
        server.append(&format!(
            "port = {port}\nunix_socket_directories = '{folder}'\nlisten_addresses = '127.0.0.1'\nfsync = off\n\
             ssl_cert_file = '{folder}/server.crt'\nssl_key_file = '{folder}/server.key'\ninclude = '{folder}/more.conf'\n"
        ));
        server
    }

    pub fn start(&self) {
        let log = self.path("log");
        run(self.control().arg("-l").arg(log).args(["-w", "start"]));
    }

    pub fn stop(&self) {
        run(self.control().args(["-m", "immediate", "-w", "stop"]));
    }

    /// Lets it only read, as a standby does.
    pub fn set_read_only(&self, read_only: bool) {
        self.write(
            "more.conf",
            &format!("ssl = on\ndefault_transaction_read_only = {read_only}\n"),
        );
        run(self.control().arg("reload"));
    }

    /// As its administrator, past TLS.
    pub fn execute(&self, sql: &str) {
        self.connect().batch_execute(sql).unwrap();
    }

    pub fn number(&self, query: &str) -> i64 {
        diesel::sql_query(query).get_result::<Number>(&mut self.connect()).unwrap().n
    }

    /// A connection that holds the advisory lock 1.
    pub fn hold(&self) -> PgConnection {
        let mut holder = self.connect();
        holder.batch_execute("SELECT pg_advisory_lock(1)").unwrap();
        holder
    }

    fn connect(&self) -> PgConnection {
        let (folder, port) = (self.folder.path().display(), self.port);
        let parameters = format!("host={folder} port={port} user=vestibule dbname=postgres");
        PgConnection::establish(&parameters).unwrap()
    }

    fn control(&self) -> Command {
        let mut command = program("pg_ctl");
        command.arg("-D").arg(self.data()).arg("-s");
        command
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file that only the server can read.
    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        run(Command::new("chmod").arg("600").arg(&path));
        give_to_postgres(&path);
    }

    fn append(&self, settings: &str) {
        let path = self.data().join("postgresql.conf");
        fs::write(&path, fs::read_to_string(&path).unwrap() + settings).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.control().args(["-m", "immediate", "-w", "stop"]).status();
    }
}

/// PostgreSQL refuses to run as root.
fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

fn give_to_postgres(path: &Path) {
    if is_root() {
        run(Command::new("chown").arg("postgres:").arg(path));
    }
}

/// A program of the newest PostgreSQL of Debian, which does not put it into PATH.
fn program(name: &str) -> Command {
    let installed = fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is missing: apt-get install postgresql");
    let newest = installed.map(|entry| entry.unwrap().path().join("bin").join(name)).max().unwrap();
    if !is_root() {
        return Command::new(newest);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(newest);
    command.current_dir("/");
    command
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
