//! Connections to PostgreSQL. libpq speaks the protocol; TLS is ours, because libpq has none in this
//! program.

mod bridge;
mod certificates;
mod dial;
mod error;
mod parameters;

use crate::config::{Host, PostgresUrl, Tls};
use diesel::{Connection, ConnectionError, PgConnection};
use parameters::parameters;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The host that was connected to last. It is tried first: one that does not answer costs seconds, each
/// time a connection is made.
static LAST: AtomicUsize = AtomicUsize::new(0);

/// Connects to the first host that can be used, beginning with the last one that could.
pub fn connect(url: &PostgresUrl) -> Result<PgConnection, ConnectionError> {
    let mut errors = Vec::new();
    let hosts = url.hosts.iter().enumerate().cycle();
    for (index, host) in hosts.skip(LAST.load(Ordering::Relaxed)).take(url.hosts.len()) {
        match connect_to(host, url) {
            Ok(connection) => {
                LAST.store(index, Ordering::Relaxed);
                return Ok(connection);
            }
            Err(error) => errors.push(format!("{host}: {error}")),
        }
    }
    Err(ConnectionError::BadConnection(errors.join("; ")))
}

fn connect_to(host: &Host, url: &PostgresUrl) -> Result<PgConnection, String> {
    let direct = |name: &str, port| establish(url, name, port);
    match host {
        Host::Socket { folder, port } => direct(folder, *port),
        Host::Network { name, port, tls: Tls::Disable } => direct(name, *port),
        Host::Network { name, port, tls } => {
            let target = dial::Target {
                name: name.clone(),
                port: *port,
                tls: *tls,
                root_certificates: url.root_certificates.clone(),
                timeout: url.connect_timeout,
            };
            let socket = bridge::open(target).map_err(|error| error.to_string())?;
            direct(&socket, bridge::PORT)
        }
    }
}

fn establish(url: &PostgresUrl, host: &str, port: u16) -> Result<PgConnection, String> {
    // The one variable that parameters cannot overrule.
    if std::env::var_os("PGSERVICE").is_some() {
        return Err(
            "PGSERVICE is set, which would add to DATABASE_URL: remove it from the environment"
                .to_owned(),
        );
    }
    let established = PgConnection::establish(&parameters(url, host, port));
    established.map_err(|error| error.to_string().trim().to_owned())
}
