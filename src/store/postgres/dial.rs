//! A TLS connection to a PostgreSQL server, and why there is none.

use super::certificates;
use super::error::DialError;
use crate::config::Tls;
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{CertificateError, Error};

/// `SSLRequest` of the protocol: length, and a code in place of a version.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f];

/// Where to connect, and what to check.
pub struct Target {
    pub name: String,
    pub port: u16,
    pub tls: Tls,
    pub root_certificates: Option<PathBuf>,
    /// For name resolution, connection and handshake together.
    pub timeout: Duration,
}

pub async fn dial(target: &Target) -> Result<TlsStream<TcpStream>, DialError> {
    let timeout = tokio::time::timeout(target.timeout, connect(target)).await;
    timeout.unwrap_or(Err(DialError::TimedOut(target.timeout)))
}

async fn connect(target: &Target) -> Result<TlsStream<TcpStream>, DialError> {
    let config = certificates::config(target.tls, target.root_certificates.as_deref())?;
    let name = ServerName::try_from(target.name.clone())
        .map_err(|_| DialError::Name(target.name.clone()))?;
    let address = (target.name.as_str(), target.port);
    let mut tcp = TcpStream::connect(address).await.map_err(DialError::Unreachable)?;
    tcp.set_nodelay(true).and_then(|()| bound_waits(&tcp)).map_err(DialError::Unreachable)?;
    tcp.write_all(&SSL_REQUEST).await.map_err(DialError::Unreachable)?;
    match tcp.read_u8().await {
        Ok(b'S') => {}
        Ok(_) => return Err(DialError::NoTls),
        Err(error) => return Err(DialError::Unreachable(error)),
    }
    let connected = TlsConnector::from(config).connect(name, tcp).await;
    connected.map_err(|error| failed(error, &target.name))
}

/// As libpq does it for its own connections: 1.5 s for the network to confirm what was sent, 9 s until a
/// peer that has vanished is noticed.
fn bound_waits(tcp: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(tcp);
    let probes = TcpKeepalive::new().with_time(Duration::from_secs(5));
    socket.set_tcp_keepalive(&probes.with_interval(Duration::from_secs(2)).with_retries(2))?;
    socket.set_tcp_user_timeout(Some(Duration::from_millis(1_500)))
}

/// Names what is wrong with the certificate.
fn failed(error: io::Error, name: &str) -> DialError {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    let Some(Error::InvalidCertificate(problem)) = tls else { return DialError::Tls(error) };
    DialError::Certificate(match problem {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired: renew it".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet: check the clocks".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!(
                "its certificate is not for the name {name}: use a name that is in it, or sslmode=verify-ca in DATABASE_URL"
            )
        }
        // Another authority may have the same name: then the signature is wrong.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its certificate is not signed by an authority that is trusted here: name the authority's file in sslrootcert of DATABASE_URL"
                .to_owned()
        }
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "its certificate is that of an authority: create one for the server, signed by it".to_owned()
        }
        other => format!("its certificate is refused ({other:?}): replace it"),
    })
}
