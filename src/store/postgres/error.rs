//! Why there is no TLS connection to a server.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why there is no TLS connection, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    #[error("it cannot be reached ({0}): check host, port and firewall")]
    Unreachable(#[source] io::Error),
    #[error("it did not answer within {}s: check host, port and firewall", .0.as_secs())]
    TimedOut(Duration),
    #[error(
        "it does not offer TLS: set ssl = on in its postgresql.conf; or add sslmode=disable to DATABASE_URL if nobody else can listen"
    )]
    NoTls,
    #[error("{0}")]
    Certificate(String),
    #[error("TLS failed: {0}")]
    Tls(#[source] io::Error),
    #[error("the certificates in {0} cannot be read ({1}): correct sslrootcert in DATABASE_URL")]
    RootCertificates(PathBuf, String),
    #[error(
        "this system has no certificates of authorities: install ca-certificates, or name your own in sslrootcert of DATABASE_URL"
    )]
    NoRootCertificates,
    #[error("{0:?} is no name that a certificate can have: correct DATABASE_URL")]
    Name(String),
    #[error("the TLS connection cannot be passed on: {0}")]
    Bridge(#[source] io::Error),
}
