//! Where a PostgreSQL database is, and how connections to it are protected.
//!
//! The URL is read here and not by libpq, which has no TLS in this program and would connect in clear
//! text without a word.

use percent_encoding::percent_decode_str;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use zeroize::Zeroizing;

const DEFAULT_PORT: u16 = 5432;
/// How long one host may take to connect, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// A checked `postgres://` URL.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    /// Tried in this order.
    pub hosts: Vec<Host>,
    pub user: Option<String>,
    pub password: Option<Zeroizing<String>>,
    pub database: Option<String>,
    pub application_name: String,
    /// Whether a host that only reads is passed over.
    pub must_be_writable: bool,
    pub connect_timeout: Duration,
    /// Certificates of authorities in PEM form; without it, those of the system.
    pub root_certificates: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A folder with the server's socket, or an abstract name that begins with `@`.
    Socket {
        folder: String,
        port: u16,
    },
    Network {
        name: String,
        port: u16,
        tls: Tls,
    },
}

/// libpq's `sslmode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    Disable,
    /// Encrypted, but any certificate is accepted.
    Require,
    /// The certificate is signed by a known authority, for any name.
    VerifyCa,
    /// The certificate is also for the host's name.
    VerifyFull,
}

impl PostgresUrl {
    /// Reads what follows `postgres://`. The error is a sentence without the password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let after_login = text.find(['/', '?']).map_or("", |end| &text[end..]);
        if after_login.contains('@') {
            return Err(
                "user and password must be percent-encoded: %2F for /, %3F for ?, %40 for @"
                    .to_owned(),
            );
        }
        let (location, parameters) = text.split_once('?').unwrap_or((text, ""));
        let (authority, database) = location.split_once('/').unwrap_or((location, ""));
        let (login, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let parameters = Parameters::parse(parameters)?;
        let hosts = hosts.split(',').map(|host| parameters.host(host));
        let hosts = hosts.collect::<Result<Vec<_>, _>>()?;
        let must_be_writable = parameters.must_be_writable.unwrap_or(hosts.len() > 1);
        Ok(Self {
            hosts,
            user: given(user)?,
            password: given(password)?.map(Zeroizing::new),
            database: given(database)?,
            application_name: parameters.application_name.unwrap_or_else(|| "vestibule".to_owned()),
            must_be_writable,
            connect_timeout: parameters.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            root_certificates: parameters.root_certificates,
        })
    }
}

/// What follows the question mark.
#[derive(Default)]
struct Parameters {
    tls: Option<Tls>,
    root_certificates: Option<PathBuf>,
    must_be_writable: Option<bool>,
    connect_timeout: Option<Duration>,
    application_name: Option<String>,
}

impl Parameters {
    fn parse(text: &str) -> Result<Self, String> {
        let (mut all, mut seen) = (Self::default(), Vec::new());
        for parameter in text.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let name = decoded(name)?;
            if seen.contains(&name) {
                return Err(format!("{name} is there twice: remove one"));
            }
            all.set(&name, decoded(value)?)?;
            seen.push(name);
        }
        // As libpq does: whoever names an authority wants it to be checked.
        if all.tls == Some(Tls::Require) && all.root_certificates.is_some() {
            all.tls = Some(Tls::VerifyCa);
        }
        Ok(all)
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), String> {
        match name {
            "sslmode" => self.tls = Some(tls(&value)?),
            "sslrootcert" if value == "system" => self.root_certificates = None,
            "sslrootcert" => self.root_certificates = Some(PathBuf::from(value)),
            "target_session_attrs" => self.must_be_writable = Some(is_writable(&value)?),
            "connect_timeout" => {
                let seconds = value.parse().ok().filter(|seconds| (1..=60).contains(seconds));
                let seconds =
                    seconds.ok_or("connect_timeout is a number of seconds from 1 to 60")?;
                self.connect_timeout = Some(Duration::from_secs(seconds));
            }
            "application_name" => self.application_name = Some(value),
            other => {
                return Err(format!(
                    "{other} is not supported: remove it. These are: sslmode, sslrootcert, target_session_attrs, \
                     connect_timeout, application_name"
                ));
            }
        }
        Ok(())
    }

    /// `name`, `name:port`, `[address]`, `[address]:port`, or a folder that begins with `%2F`.
    fn host(&self, text: &str) -> Result<Host, String> {
        let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, rest)) => (address, rest.strip_prefix(':')),
            None => text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port))),
        };
        let port = port.filter(|port| !port.is_empty()).map_or(Ok(DEFAULT_PORT), str::parse);
        let port = port.map_err(|_| format!("the port of {name} is not a number"))?;
        let name = decoded(name)?;
        if name.is_empty() {
            return Err("a host is missing, such as db.example.org or localhost".to_owned());
        }
        if name.starts_with(['/', '@']) {
            return Ok(Host::Socket { folder: name, port });
        }
        let default = if is_loopback(&name) { Tls::Disable } else { Tls::VerifyFull };
        Ok(Host::Network { tls: self.tls.unwrap_or(default), name, port })
    }
}

fn tls(value: &str) -> Result<Tls, String> {
    match value {
        "disable" => Ok(Tls::Disable),
        "require" => Ok(Tls::Require),
        "verify-ca" => Ok(Tls::VerifyCa),
        "verify-full" => Ok(Tls::VerifyFull),
        other => Err(format!(
            "sslmode={other} is not supported, because it may connect in clear text: use verify-full, or disable if nobody else can \
             listen (verify-ca and require check less)"
        )),
    }
}

fn is_writable(value: &str) -> Result<bool, String> {
    match value {
        "any" => Ok(false),
        "read-write" => Ok(true),
        other => {
            Err(format!("target_session_attrs={other} is not supported: use read-write or any"))
        }
    }
}

fn is_loopback(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
        || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn given(text: &str) -> Result<Option<String>, String> {
    Ok(if text.is_empty() { None } else { Some(decoded(text)?) })
}

fn decoded(text: &str) -> Result<String, String> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| "a percent-encoded part is not UTF-8".to_owned())?;
    if decoded.contains('\0') {
        return Err("a part has a zero byte".to_owned());
    }
    Ok(decoded.into_owned())
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresUrl({self})")
    }
}

/// Hosts and database, without user and password.
impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> = self.hosts.iter().map(ToString::to_string).collect();
        let database = self.database.as_deref().unwrap_or_default();
        write!(f, "postgres://{}/{database}", hosts.join(","))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Socket { folder, port } => write!(f, "{folder}:{port}"),
            Host::Network { name, port, .. } if name.contains(':') => write!(f, "[{name}]:{port}"),
            Host::Network { name, port, .. } => write!(f, "{name}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(name: &str, port: u16, tls: Tls) -> Host {
        Host::Network { name: name.to_owned(), port, tls }
    }

    #[test]
    fn tls_is_verified_wherever_others_could_listen() {
        for (text, host) in [
            ("db.example.org/d", network("db.example.org", 5432, Tls::VerifyFull)),
            ("10.0.0.7:6000/d", network("10.0.0.7", 6000, Tls::VerifyFull)),
            ("u@db/d?sslmode=verify-ca", network("db", 5432, Tls::VerifyCa)),
            ("db/d?sslmode=require", network("db", 5432, Tls::Require)),
            ("db/d?sslmode=require&sslrootcert=/ca.pem", network("db", 5432, Tls::VerifyCa)),
            ("db/d?sslmode=disable", network("db", 5432, Tls::Disable)),
            ("localhost/d", network("localhost", 5432, Tls::Disable)),
            ("LocalHost/d", network("LocalHost", 5432, Tls::Disable)),
            ("127.0.0.1:1/d", network("127.0.0.1", 1, Tls::Disable)),
            ("[::1]:1/d", network("::1", 1, Tls::Disable)),
            ("localhost/d?sslmode=verify-full", network("localhost", 5432, Tls::VerifyFull)),
            (
                "%2Frun%2Fpostgresql/d",
                Host::Socket { folder: "/run/postgresql".into(), port: 5432 },
            ),
        ] {
            assert_eq!(PostgresUrl::parse(text).unwrap().hosts, [host], "{text}");
        }
    }

    #[test]
    fn every_part_is_read_and_decoded() {
        let text = "a%20b:p%40%3A%2F@one,two:99/data%2Fbase?connect_timeout=9&application_name=x&sslrootcert=%2Fca";
        let url = PostgresUrl::parse(text).unwrap();
        assert_eq!(url.user.as_deref(), Some("a b"));
        assert_eq!(url.password.as_deref().map(String::as_str), Some("p@:/"));
        assert_eq!(url.database.as_deref(), Some("data/base"));
        assert_eq!((url.application_name.as_str(), url.connect_timeout.as_secs()), ("x", 9));
        assert_eq!(url.root_certificates, Some("/ca".into()));
        assert!(url.must_be_writable, "with several hosts, one that only reads is passed over");
        assert_eq!(url.to_string(), "postgres://one:5432,two:99/data/base");
        assert!(!PostgresUrl::parse("one/d").unwrap().must_be_writable);
        assert!(
            !PostgresUrl::parse("one,two/d?target_session_attrs=any").unwrap().must_be_writable
        );
    }

    #[test]
    fn what_cannot_be_honoured_is_refused_by_name_without_the_password() {
        for (text, said) in [
            ("u:hidden@h/d?sslmode=prefer", "sslmode=prefer is not supported"),
            ("u:hidden@h/d?sslmode=", "sslmode= is not supported"),
            ("u:hidden@h/d?sslcert=/c", "sslcert is not supported"),
            ("u:hidden@h/d?sslmode=require&sslmode=disable", "sslmode is there twice"),
            ("u:hidden@h/d?options=-cx", "options is not supported"),
            ("u:hidden@h/d?hostaddr=1.2.3.4", "hostaddr is not supported"),
            ("u:hidden@h/d?target_session_attrs=standby", "use read-write or any"),
            ("u:hidden@h/d?connect_timeout=0", "from 1 to 60"),
            ("u:hid/den@h/d", "percent-encoded"),
            ("u:pa?hidden@h/d", "percent-encoded"),
            ("u:hidden@h:x/d", "not a number"),
            ("u:hidden@/d", "a host is missing"),
            ("u:hidden@h,/d", "a host is missing"),
            ("u:hidden@h/%FF", "not UTF-8"),
            ("u:hidden@h/%00", "zero byte"),
        ] {
            let error = PostgresUrl::parse(text).unwrap_err();
            assert!(error.contains(said) && !error.contains("hidden"), "{text}: {error}");
        }
        let url = PostgresUrl::parse("u:hidden@h/d").unwrap();
        assert!(!format!("{url:?} {url}").contains("hidden"));
    }
}
