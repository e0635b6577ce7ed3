//! The address a request came from, and the networks it is counted by.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The address of a client. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is the IPv4
/// address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    #[must_use]
    pub fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The networks that one client may have all addresses of, smallest first. An IPv6 client gets
    /// at least a /64 (RFC 6177), and many get a /48; an IPv4 client has one address.
    #[must_use]
    pub fn networks(self) -> Vec<IpNet> {
        match self.0 {
            IpAddr::V4(address) => vec![Ipv4Net::from(address).into()],
            IpAddr::V6(address) => [64, 48]
                .into_iter()
                .filter_map(|prefix| Ipv6Net::new(address, prefix).ok())
                .map(|network| network.trunc().into())
                .collect(),
        }
    }

    /// The largest network that one client may have all addresses of.
    #[must_use]
    pub fn widest_network(self) -> IpNet {
        self.networks().pop().unwrap_or_else(|| self.0.into())
    }
}

impl FromStr for ClientAddress {
    type Err = std::net::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::new)
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::ClientAddress;

    #[test]
    fn ipv6_neighbours_share_their_networks_and_ipv4_neighbours_do_not() {
        let networks = |address: &str| -> Vec<String> {
            let address: ClientAddress = address.parse().unwrap();
            address.networks().iter().map(ToString::to_string).collect()
        };
        assert_eq!(networks("192.0.2.7"), ["192.0.2.7/32"]);
        assert_eq!(networks("::ffff:192.0.2.7"), ["192.0.2.7/32"]);
        assert_eq!(networks("2001:db8:1:2:3::4"), ["2001:db8:1:2::/64", "2001:db8:1::/48"]);
        assert_eq!(networks("2001:db8:1:2:9::9"), networks("2001:db8:1:2:3::4"));
    }
}
