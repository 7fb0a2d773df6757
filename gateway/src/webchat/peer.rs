//! Who is at the other end of a connection, also behind a proxy.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::HeaderMap;

use crate::words::{Words, words};

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED: &str = "forwarded";

/// What to do about limits that a proxy lifts for all.
pub(super) const NAME_THE_PROXY: &str =
    "name it in webchat.trusted_proxies, or set webchat.limits.lifted_on_loopback to false";

/// Proxies that are believed.
pub struct Proxies {
    networks: Vec<Network>,
    /// One that is not believed was complained about; once is enough.
    has_complained: AtomicBool,
}

struct Network {
    address: IpAddr,
    prefix_bits: u32,
}

impl Proxies {
    /// Or one sentence for each entry that is none.
    pub(crate) fn new(entries: &[String]) -> Result<Self, Vec<Words>> {
        let mut wrong = Vec::new();
        let mut networks = Vec::new();
        for entry in entries {
            match network(entry) {
                Some(network) => networks.push(network),
                None => wrong.push(words!(
                    "webchat.trusted_proxies must be addresses or networks like 10.0.0.0/8, got `{entry}`",
                    "webchat.trusted_proxies 必须是地址或网段，如 10.0.0.0/8，现在是 `{entry}`"
                )),
            }
        }
        if wrong.is_empty() {
            Ok(Self {
                networks,
                has_complained: AtomicBool::new(false),
            })
        } else {
            Err(wrong)
        }
    }

    /// The client's address: the last one on the way that is no proxy of ours. What a client writes into the header
    /// itself stands before that, so it never counts.
    pub(crate) fn client(&self, connected: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = connected.to_canonical();
        // As bytes: a hop that cannot be read must not hide the ones that a proxy wrote behind it.
        let forwarded: Vec<&[u8]> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .collect();
        for hop in forwarded.iter().rev() {
            if !self.believes(client) {
                break;
            }
            match address(hop) {
                Some(address) => client = address.to_canonical(),
                None => break,
            }
        }
        client
    }

    /// A request for which no limit holds, since its client seems to be on this machine: says so, once, if it was only
    /// passed on here, by a proxy that nobody has told us of.
    pub(super) fn doubt(&self, connected: IpAddr, headers: &HeaderMap) {
        let was_passed_on = headers.contains_key(FORWARDED_FOR) || headers.contains_key(FORWARDED);
        if was_passed_on
            && !self.believes(connected.to_canonical())
            && !self.has_complained.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                "requests come through a proxy on this machine that is not in webchat.trusted_proxies, so no limit holds \
                 for anybody behind it: {NAME_THE_PROXY}"
            );
        }
    }

    pub(crate) fn believes(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }
}

fn address(hop: &[u8]) -> Option<IpAddr> {
    str::from_utf8(hop).ok()?.trim().parse().ok()
}

/// What counts as one client: with IPv6 a whole /64, since anybody has that many addresses.
pub(crate) fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        address => address,
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => same_prefix(
                u128::from(network.to_bits()) << 96,
                u128::from(address.to_bits()) << 96,
                self.prefix_bits,
            ),
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                same_prefix(network.to_bits(), address.to_bits(), self.prefix_bits)
            }
            _ => false,
        }
    }
}

fn same_prefix(one: u128, other: u128, bits: u32) -> bool {
    (one ^ other).leading_zeros() >= bits
}

fn network(entry: &str) -> Option<Network> {
    let (address, bits) = match entry.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (entry, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let prefix_bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
    (prefix_bits <= most).then_some(Network {
        address,
        prefix_bits,
    })
}

#[cfg(test)]
mod tests;
