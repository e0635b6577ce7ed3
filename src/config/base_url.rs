//! The public address of this server.

use std::net::IpAddr;
use url::{Host, Url};

/// An origin as browsers write it (RFC 6454 section 6.2): `https://id.example.org`. Plain http only
/// on loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    https: bool,
    loopback_port: Option<u16>,
}

impl BaseUrl {
    pub(super) fn on_localhost(port: u16) -> Self {
        // Browsers omit the default port.
        let text = if port == 80 {
            "http://localhost".to_owned()
        } else {
            format!("http://localhost:{port}")
        };
        Self { text, https: false, loopback_port: Some(port) }
    }

    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text)
            .map_err(|_| "it is not a URL; use for example https://id.example.org")?;
        if !["http", "https"].contains(&url.scheme()) || url.host().is_none() {
            return Err("it must start with https:// and a host name");
        }
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return Err("it must have no path, query or user name");
        }
        if url.host_str().is_some_and(|host| host.contains('*')) {
            return Err("it must name one host; an asterisk is not supported");
        }
        let https = url.scheme() == "https";
        let loopback = is_loopback(&url);
        if !https && !loopback {
            return Err("everything except localhost must be served over https://");
        }
        let loopback_port = url.port_or_known_default().filter(|_| loopback);
        Ok(Self { text: url.origin().ascii_serialization(), https, loopback_port })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The port on loopback, where servers share a host and differ only in their port.
    #[must_use]
    pub fn loopback_port(&self) -> Option<u16> {
        self.loopback_port
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}
