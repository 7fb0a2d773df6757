//! The section `webchat` of the configuration. All defaults are the protocol sheet's.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::net::SocketAddr;

use serde::Deserialize;

use super::peer::{NAME_THE_PROXY, Proxies};
use super::sites::Sites;
use crate::words::{Told, Words, words};

/// The web chat's settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebchatSettings {
    /// The sites, by name. At least one.
    pub sites: BTreeMap<String, SiteSettings>,
    /// The site of the gateway's own page; the first by name if not set.
    pub default_site: Option<String>,
    /// How much of anything one client may do.
    pub limits: LimitSettings,
    /// Addresses and networks (`10.0.0.0/8`) whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<String>,
    /// Events that are replayed to a client that resumes; past it, the client is told of a gap and reads history.
    pub replay_events: usize,
    /// Seconds between the server's pings.
    pub ping_seconds: u64,
    /// Seconds without any frame after which a socket is closed.
    pub idle_seconds: u64,
    /// Seconds that closing all sockets is spread over when the process stops.
    pub shutdown_spread_seconds: u64,
    /// Visible times at which clients report how long a page was looked at, in milliseconds.
    pub dwell_marks_ms: Vec<u64>,
    /// Query parameters that page addresses keep.
    pub page_query_allowed: Vec<String>,
    /// Whether page events of browsers that send `DNT: 1` or `Sec-GPC: 1` are dropped.
    pub honour_do_not_track: bool,
}

/// One site: one account of the channel.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SiteSettings {
    /// Pages that may chat: `https://shop.example`, `https://*.shop.example`, or `self` for the gateway's own.
    pub origins: Vec<String>,
    /// Whether visitors without a user's token may chat.
    pub anonymous: bool,
    /// Whether clients that name no origin, so no browsers, may chat; they need a user's token then.
    pub non_browser: bool,
    /// Whether the site takes no messages for now.
    pub closed: bool,
    /// Accepted issuers of users' tokens.
    pub issuers: Vec<String>,
    /// Accepted audiences of users' tokens; `gateway` and the site's name if empty.
    pub audiences: Vec<String>,
    /// Keys of users' tokens, by `kid`.
    pub keys: BTreeMap<String, UserKeySettings>,
}

/// A key of users' tokens. The algorithm is the key's, whatever a token says.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum UserKeySettings {
    /// A shared secret of at least 32 bytes.
    Hs256(SecretText),
    /// An Ed25519 public key, 64 hexadecimal digits.
    Ed25519(String),
}

/// A secret that does not show in logs.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct SecretText(pub String);

/// How much of anything one client may do.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Messages of one session.
    pub messages_per_second: f64,
    /// Messages that one session may send at once.
    pub messages_burst: u32,
    /// Typing notices of one session.
    pub typing_per_second: f64,
    /// Page events of one session.
    pub pages_per_second: f64,
    /// Page events of one session, in all.
    pub pages_per_session: u32,
    /// Hellos of one browser profile.
    pub hellos_per_minute_per_device: u32,
    /// Hellos of one address.
    pub hellos_per_minute_per_ip: u32,
    /// Beacons of one address.
    pub beacons_per_minute_per_ip: u32,
    /// New connections of one address.
    pub connects_per_minute_per_ip: u32,
    /// New connections of one site.
    pub connects_per_minute_per_site: u32,
    /// Open connections of one address.
    pub connections_per_ip: usize,
    /// Open connections of one site.
    pub connections_per_site: usize,
    /// Connections of one address that have not said hello.
    pub unwelcomed_per_ip: usize,
    /// Whether none of these hold for clients on this machine.
    pub lifted_on_loopback: bool,
}

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError(pub Vec<Words>);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<_> = self.0.iter().map(|words| &*words.en).collect();
        f.write_str(&sentences.join("; "))
    }
}

impl std::error::Error for SettingsError {}

impl Told for SettingsError {
    fn chinese(&self) -> String {
        let sentences: Vec<_> = self.0.iter().map(|words| &*words.zh).collect();
        sentences.join("；")
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl Default for WebchatSettings {
    fn default() -> Self {
        Self {
            sites: BTreeMap::from([("default".to_owned(), SiteSettings::default())]),
            default_site: None,
            limits: LimitSettings::default(),
            trusted_proxies: Vec::new(),
            replay_events: 200,
            ping_seconds: 25,
            idle_seconds: 60,
            shutdown_spread_seconds: 10,
            dwell_marks_ms: vec![60_000, 300_000],
            page_query_allowed: Vec::new(),
            honour_do_not_track: true,
        }
    }
}

impl Default for SiteSettings {
    fn default() -> Self {
        Self {
            origins: vec!["self".to_owned()],
            anonymous: true,
            non_browser: false,
            closed: false,
            issuers: Vec::new(),
            audiences: Vec::new(),
            keys: BTreeMap::new(),
        }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            messages_per_second: 5.0,
            messages_burst: 10,
            typing_per_second: 1.0,
            pages_per_second: 1.0,
            pages_per_session: 500,
            hellos_per_minute_per_device: 5,
            hellos_per_minute_per_ip: 600,
            beacons_per_minute_per_ip: 600,
            connects_per_minute_per_ip: 600,
            connects_per_minute_per_site: 60_000,
            connections_per_ip: 1_000,
            connections_per_site: 100_000,
            unwelcomed_per_ip: 20,
            lifted_on_loopback: false,
        }
    }
}

impl WebchatSettings {
    /// Checks everything, across fields too.
    ///
    /// # Errors
    /// One sentence for each thing that is wrong, naming key, value and bound.
    pub fn validate(&self) -> Result<(), Vec<Words>> {
        let mut wrong = Vec::new();
        within(&mut wrong, "replay_events", self.replay_events, 1, 1_000);
        within(&mut wrong, "ping_seconds", self.ping_seconds, 1, 3_600);
        within(
            &mut wrong,
            "shutdown_spread_seconds",
            self.shutdown_spread_seconds,
            0,
            600,
        );
        if self.idle_seconds <= self.ping_seconds || self.idle_seconds > 86_400 {
            let (ping, idle) = (self.ping_seconds, self.idle_seconds);
            wrong.push(words!(
                "webchat.idle_seconds must exceed webchat.ping_seconds ({ping}) and be at most 86400, got {idle}",
                "webchat.idle_seconds 必须大于 webchat.ping_seconds（{ping}），最多 86400，现在是 {idle}"
            ));
        }
        if self.dwell_marks_ms.len() > 20 {
            let marks = self.dwell_marks_ms.len();
            wrong.push(words!(
                "webchat.dwell_marks_ms must have at most 20 marks, got {marks}",
                "webchat.dwell_marks_ms 最多 20 个，现在有 {marks} 个"
            ));
        }
        if self.sites.is_empty() {
            wrong.push(words!(
                "webchat.sites must have at least one site, got none",
                "webchat.sites 至少要有一个站点"
            ));
        }
        if let Some(site) = &self.default_site
            && !self.sites.contains_key(site)
        {
            wrong.push(words!(
                "webchat.default_site must be one of webchat.sites, got `{site}`",
                "webchat.default_site 必须是 webchat.sites 之一，现在是 `{site}`"
            ));
        }
        self.limits.validate(&mut wrong);
        wrong.extend(Sites::new(self).err().unwrap_or_default());
        wrong.extend(
            Proxies::new(&self.trusted_proxies)
                .err()
                .unwrap_or_default(),
        );
        let mut known = HashSet::new();
        wrong.retain(|sentence| known.insert(sentence.clone()));
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// What would be wrong if others came through a proxy on this machine, and what to do then, for the log and for
    /// `doctor`; `None` where limits hold, a proxy is named, or others need none to reach `listen`.
    pub fn what_a_proxy_would_lift(&self, listen: SocketAddr) -> Option<(Words, Words)> {
        let is_open = self.limits.lifted_on_loopback
            && self.trusted_proxies.is_empty()
            && listen.ip().is_loopback();
        is_open.then(|| {
            (
                words!(
                    "no limit holds for clients on this machine, and behind a reverse proxy here everybody would be one",
                    "对本机的客户端没有任何限制；如果本机有反向代理，经过它的所有人都会被当作本机"
                ),
                words!(
                    "{NAME_THE_PROXY}",
                    "请在 webchat.trusted_proxies 里写上它，或把 webchat.limits.lifted_on_loopback 设为 false"
                ),
            )
        })
    }

    pub(super) fn default_site(&self) -> Option<&str> {
        self.default_site
            .as_deref()
            .or_else(|| self.sites.keys().next().map(String::as_str))
    }
}

impl LimitSettings {
    fn validate(&self, wrong: &mut Vec<Words>) {
        let rates = [
            ("messages_per_second", self.messages_per_second),
            ("typing_per_second", self.typing_per_second),
            ("pages_per_second", self.pages_per_second),
        ];
        for (key, value) in rates {
            if !(0.01..=1_000_000.0).contains(&value) {
                wrong.push(words!(
                    "webchat.limits.{key} must be 0.01 to 1000000, got {value}",
                    "webchat.limits.{key} 必须在 0.01 到 1000000 之间，现在是 {value}"
                ));
            }
        }
        let counts = [
            ("messages_burst", u64::from(self.messages_burst)),
            ("pages_per_session", u64::from(self.pages_per_session)),
            (
                "hellos_per_minute_per_device",
                u64::from(self.hellos_per_minute_per_device),
            ),
            (
                "hellos_per_minute_per_ip",
                u64::from(self.hellos_per_minute_per_ip),
            ),
            (
                "beacons_per_minute_per_ip",
                u64::from(self.beacons_per_minute_per_ip),
            ),
            (
                "connects_per_minute_per_ip",
                u64::from(self.connects_per_minute_per_ip),
            ),
            (
                "connects_per_minute_per_site",
                u64::from(self.connects_per_minute_per_site),
            ),
            ("connections_per_ip", self.connections_per_ip as u64),
            ("connections_per_site", self.connections_per_site as u64),
            ("unwelcomed_per_ip", self.unwelcomed_per_ip as u64),
        ];
        for (key, value) in counts {
            within(wrong, &format!("limits.{key}"), value, 1, 1_000_000_000);
        }
    }
}

fn within<N: PartialOrd + fmt::Display>(
    wrong: &mut Vec<Words>,
    key: &str,
    value: N,
    low: N,
    high: N,
) {
    if value < low || value > high {
        wrong.push(words!(
            "webchat.{key} must be {low} to {high}, got {value}",
            "webchat.{key} 必须在 {low} 到 {high} 之间，现在是 {value}"
        ));
    }
}
