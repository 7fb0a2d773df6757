//! Addresses to listen on.

use std::net::SocketAddr;
use std::str::FromStr;

use crate::config::section::{Sentence, Setting};
use crate::words::{Words, words};

/// Where to listen; `None` where nothing is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListenAddress(pub Option<SocketAddr>);

impl FromStr for ListenAddress {
    type Err = Words;

    fn from_str(text: &str) -> Result<Self, Words> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let numeric = text
            .strip_prefix("localhost:")
            .map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
        numeric.parse().map(Some).map(Self).map_err(|_| {
            words!(
                "`{text}` is not an address to listen on; write HOST:PORT such as 127.0.0.1:7777 or [::]:7777",
                "`{text}` 不是监听地址；请写 主机:端口，如 127.0.0.1:7777 或 [::]:7777"
            )
        })
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

super::deserialized_from_text!(ListenAddress);
