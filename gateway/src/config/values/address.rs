//! Addresses to listen on, and networks to trust.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use serde::Deserialize;

use crate::config::section::{Sentence, Setting};

/// Where to listen; `None` where nothing is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListenAddress(pub Option<SocketAddr>);

/// Networks: addresses, or with a prefix length (`10.0.0.0/8`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkList(Vec<Network>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u8,
}

/// More networks than this are a mistake.
const MAX_NETWORKS: usize = 64;

impl NetworkList {
    /// Whether `address` is in one of them. An IPv4 address counts the same when it is written as IPv6.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => same_prefix(
                u128::from(network.to_bits()) << 96,
                u128::from(address.to_bits()) << 96,
                self.prefix,
            ),
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                same_prefix(network.to_bits(), address.to_bits(), self.prefix)
            }
            _ => false,
        }
    }
}

fn same_prefix(network: u128, address: u128, prefix: u8) -> bool {
    let differing = network ^ address;
    differing.leading_zeros() >= u32::from(prefix)
}

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let numeric = text
            .strip_prefix("localhost:")
            .map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
        numeric.parse().map(Some).map(Self).map_err(|_| {
            format!("`{text}` is not an address to listen on; write HOST:PORT such as 127.0.0.1:7777 or [::]:7777")
        })
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("`{text}` is not a network; write an address such as 10.1.2.3, or 10.0.0.0/8")
        };
        let (address, prefix) = text
            .split_once('/')
            .map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), |prefix| prefix.parse().map_err(|_| wrong()))?;
        if prefix > longest {
            return Err(wrong());
        }
        Ok(Self { address, prefix })
    }
}

impl<'de> Deserialize<'de> for NetworkList {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        if texts.len() > MAX_NETWORKS {
            return Err(serde::de::Error::custom(format!(
                "at most {MAX_NETWORKS} networks are allowed, got {}",
                texts.len()
            )));
        }
        texts
            .iter()
            .map(|text| text.parse().map_err(serde::de::Error::custom))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Setting for ListenAddress {
    const KIND: Sentence = Sentence {
        en: "`HOST:PORT`",
        zh: "`主机:端口`",
    };

    fn shown(&self) -> String {
        self.0
            .map(|address| address.to_string())
            .unwrap_or_default()
    }
}

impl Setting for NetworkList {
    const KIND: Sentence = Sentence {
        en: "list of addresses or networks",
        zh: "地址或网段的列表",
    };

    fn shown(&self) -> String {
        let networks: Vec<_> = self
            .0
            .iter()
            .map(|network| format!("{}/{}", network.address, network.prefix))
            .collect();
        format!("[{}]", networks.join(", "))
    }
}

super::deserialized_from_text!(ListenAddress);
