//! The address of the client: of the peer or, behind trusted proxies, as they tell.
//!
//! Each proxy appends the address it saw, so the chain is read from the right: whatever a client
//! sent itself is to the left of what the first proxy appended, and is never reached.

use crate::config::TrustedProxies;
use crate::domain::client_address::ClientAddress;
use rocket::Request;
use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

/// The addresses of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The other end of the connection.
    pub peer: IpAddr,
    /// Whether it is a trusted proxy.
    pub by_proxy: bool,
    pub client: ClientAddress,
}

/// The addresses of this request, decided once; none without a connection, as in some tests.
pub fn addresses(request: &Request<'_>) -> Option<Addresses> {
    *request.local_cache(|| {
        let peer = request.remote()?.ip().to_canonical();
        let by_proxy = is_by_proxy(request);
        let headers = |name| request.headers().get(name).collect::<Vec<_>>();
        let client = if by_proxy {
            let trusts = |address| trusted(request).is_some_and(|all| all.contain(address));
            forwarded(peer, &headers("X-Forwarded-For"), &headers("Forwarded"), trusts)
        } else {
            warn_of_unknown_proxy(request, peer);
            peer
        };
        Some(Addresses { peer, by_proxy, client: ClientAddress::new(client) })
    })
}

/// Whether the headers of a request were set by a trusted proxy.
pub fn is_by_proxy(request: &Request<'_>) -> bool {
    let peer = request.remote().map(|peer| peer.ip());
    peer.zip(trusted(request)).is_some_and(|(peer, trusted)| trusted.contain(peer))
}

/// Says once that a proxy on a private network seems to be in front: behind one that is not trusted,
/// all clients have its address and share its limits.
fn warn_of_unknown_proxy(request: &Request<'_>, peer: IpAddr) {
    static WARNED: Once = Once::new();
    let is_private = match peer {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
        IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
    };
    let headers = request.headers();
    if is_private && (headers.contains("X-Forwarded-For") || headers.contains("Forwarded")) {
        WARNED.call_once(|| {
            tracing::warn!(%peer, "requests come through a proxy that is not in VESTIBULE_TRUSTED_PROXIES, so all clients behind it share one limit: add its address");
        });
    }
}

fn trusted<'r>(request: &'r Request<'_>) -> Option<&'r TrustedProxies> {
    request.rocket().state()
}

/// The client according to the headers of a trusted peer. A proxy sets one of the two headers and
/// may pass on the other one as the client sent it: if they disagree, neither is believed.
fn forwarded(
    peer: IpAddr,
    x_forwarded_for: &[&str],
    forwarded: &[&str],
    trusts: impl Fn(IpAddr) -> bool,
) -> IpAddr {
    let last_untrusted = |chain: Vec<Option<IpAddr>>| walk(peer, &chain, &trusts);
    match (x_forwarded_for, forwarded) {
        ([], []) => peer,
        (addresses, []) => last_untrusted(of_x_forwarded_for(addresses)),
        ([], elements) => last_untrusted(of_forwarded(elements)),
        (addresses, elements) => {
            let told = last_untrusted(of_x_forwarded_for(addresses));
            if told == last_untrusted(of_forwarded(elements)) { told } else { peer }
        }
    }
}

/// From the right: the first address that is not a trusted proxy. An entry that is no address ends
/// the walk at the proxy that added it.
fn walk(peer: IpAddr, chain: &[Option<IpAddr>], trusts: impl Fn(IpAddr) -> bool) -> IpAddr {
    let mut client = peer;
    for entry in chain.iter().rev() {
        let (true, Some(next)) = (trusts(client), entry) else { break };
        client = *next;
    }
    client
}

fn of_x_forwarded_for(headers: &[&str]) -> Vec<Option<IpAddr>> {
    headers.iter().flat_map(|header| header.split(',')).map(|entry| address(entry.trim())).collect()
}

/// `Forwarded: for=192.0.2.1;proto=https, for="[2001:db8::1]:4711"` (RFC 7239).
fn of_forwarded(headers: &[&str]) -> Vec<Option<IpAddr>> {
    headers.iter().flat_map(|header| header.split(',')).map(for_address).collect()
}

fn for_address(element: &str) -> Option<IpAddr> {
    let pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(name, _)| name.eq_ignore_ascii_case("for"));
    let (Some((_, value)), None) = (values.next(), values.next()) else { return None };
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    address(quoted.unwrap_or(value))
}

/// An address, also with a port, and IPv6 also in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
    bare.parse::<IpAddr>().or_else(|_| with_port()).ok().map(|address| address.to_canonical())
}

#[cfg(test)]
#[path = "client_address_tests.rs"]
mod tests;
