//! The networks of proxies whose forwarded headers are believed.

use ipnet::IpNet;
use std::net::IpAddr;

/// `VESTIBULE_TRUSTED_PROXIES`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Networks such as `10.0.0.0/8`, or single addresses. Otherwise, the first item that is
    /// neither.
    pub(super) fn parse<'t>(items: impl Iterator<Item = &'t str>) -> Result<Self, &'t str> {
        let network = |text: &'t str| {
            let address = || text.parse::<IpAddr>().map(IpNet::from);
            text.parse().or_else(|_| address()).map_err(|_| text)
        };
        items.map(network).collect::<Result<_, _>>().map(Self)
    }

    #[must_use]
    pub fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn contain(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.0.iter().any(|network| network.contains(&peer))
    }
}
