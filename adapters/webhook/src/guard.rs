//! Where a request may go: to the public network, and to the networks inside that the configuration names.
//!
//! The name is resolved here, each address is looked at, and what is connected to is the address that was looked at: nobody
//! can answer a second question otherwise. An address in the URL itself is not resolved by anybody, so it is looked at when the
//! endpoint is made.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Networks that may be reached besides the public one.
#[derive(Debug, Clone, Default)]
pub struct Allowed(Arc<[IpNet]>);

/// It is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a network such as 10.0.0.0/8, or one address")]
pub struct NetworkError;

/// An address that may not be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name leads to an address inside the network")]
pub(crate) struct Forbidden;

impl Allowed {
    /// Reads networks: `10.0.0.0/8`, `::1`.
    ///
    /// # Errors
    /// [`NetworkError`]
    pub fn parse<'n>(networks: impl IntoIterator<Item = &'n str>) -> Result<Self, NetworkError> {
        let parsed = networks.into_iter().map(|text| {
            let network = text.parse::<IpNet>().ok();
            let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
            network.or_else(address).ok_or(NetworkError)
        });
        Ok(Self(parsed.collect::<Result<_, _>>()?))
    }

    /// Whether an address may be connected to.
    pub(crate) fn permits(&self, address: IpAddr) -> bool {
        // An IPv4 address in an IPv6 one is reached as what it is.
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address)) || is_public(address)
    }
}

/// Resolves names, and answers only with addresses that may be connected to.
pub(crate) struct Guard(pub(crate) Allowed);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0.clone();
        Box::pin(async move {
            // The port is the URL's.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.collect();
            if found.is_empty() {
                return Err(io::Error::from(io::ErrorKind::NotFound).into());
            }
            // All of them: a name that leads inside with one of its addresses is meant to.
            if !found.iter().all(|address| allowed.permits(address.ip())) {
                return Err(Forbidden.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Not what IANA's registry of special-purpose addresses keeps for networks of one's own, for this machine, for tests, for many.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_special = match first {
        0 | 10 | 127 => true,
        100 => (64..128).contains(&second),
        169 => second == 254,
        172 => (16..32).contains(&second),
        192 => second == 168 || (second == 0 && (third == 0 || third == 2)),
        198 => second == 18 || second == 19 || (second, third) == (51, 100),
        203 => (second, third) == (0, 113),
        _ => first >= 224,
    };
    !is_special
}

/// Only 2000::/3 is given out; in it, what carries an IPv4 address is as public as that, and some is for documents.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let carried = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match segments {
        // NAT64
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(carried(high, low)),
        // 6to4
        [0x2002, high, low, ..] => is_public_v4(carried(high, low)),
        // Teredo and other protocols' own, documents, and benchmarks
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests;
