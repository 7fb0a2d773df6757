//! The web chat: its sites, and how much of anything one client may do.
//!
//! Defaults and checks across fields are the web chat's own (`webchat/settings.rs`); here they get units and sentences.

use serde::Deserialize;

use crate::config::section::{Sentence, Setting, section};
use crate::config::source::Sources;
use crate::config::values::{List, Named, Secret, Text, TimeSpan};
use crate::webchat::settings::{
    LimitSettings, SecretText, SiteSettings, UserKeySettings, WebchatSettings,
};

section! {
    /// The chat of web sites.
    zh "网站的网页聊天。"
    pub struct WebchatSection {
        /// The site of the gateway's own page at `/`. Empty: the first by name.
        zh "网关自带页面 `/` 所属的站点。留空则取按名称排序的第一个。"
        default_site: Text = Text::default();

        /// Events that are replayed to a client that comes back; past it, the client reads history.
        zh "客户端重连时补发的事件数，更早的由客户端读取历史。"
        replay_events: u64 = 200, within 1 => 1_000;

        /// How often the server pings.
        zh "服务器发送 ping 的间隔。"
        ping_every: TimeSpan = TimeSpan::seconds(25), within TimeSpan::seconds(1) => TimeSpan::seconds(3_600);

        /// A socket that sends nothing for so long is closed. Must exceed `ping_every`.
        zh "套接字多久没有任何数据即关闭，必须大于 `ping_every`。"
        idle_after: TimeSpan = TimeSpan::seconds(60), within TimeSpan::seconds(2) => TimeSpan::seconds(86_400);

        /// Closing all sockets at a stop is spread over so long, so that clients do not come back all at once. Must be shorter than `stop_within`.
        zh "停止时在这段时间内分批关闭套接字，避免客户端同时重连，必须短于 `stop_within`。"
        leave_within: TimeSpan = TimeSpan::seconds(5), within TimeSpan::seconds(0) => TimeSpan::seconds(600);

        /// After these visible times clients report how long a page was looked at.
        zh "页面可见多久时由客户端上报停留。"
        dwell_marks: List<TimeSpan> = List(vec![TimeSpan::seconds(60), TimeSpan::seconds(300)]);

        /// Query parameters that page addresses keep; all others are cut off.
        zh "页面地址中保留的查询参数，其余一律去掉。"
        page_query_allowed: List<Text> = List(Vec::new());

        /// Whether page events of browsers that send `DNT: 1` or `Sec-GPC: 1` are dropped.
        zh "是否丢弃发送 `DNT: 1` 或 `Sec-GPC: 1` 的浏览器的页面事件。"
        honour_do_not_track: bool = true;

        /// Proxies whose `X-Forwarded-For` is believed, here and at the desk: addresses, or networks such as `10.0.0.0/8`. Nobody else's is.
        zh "其 `X-Forwarded-For` 可信的代理（网页聊天与坐席台共用）：地址，或 `10.0.0.0/8` 这样的网段；其余一律不信。"
        trusted_proxies: List<Text> = List(Vec::new());

        section limits: LimitsSection;
        section sites: Named<SiteSection>;
    }
}

section! {
    /// How much of anything one client may do. Past it, it is told when to try again.
    zh "单个客户端的用量上限，超出时会被告知何时重试。"
    pub struct LimitsSection {
        /// Messages of one session, each second.
        zh "一个会话每秒的消息数。"
        messages_per_second: f64 = 5.0, within 0.01 => 1_000_000.0;
        /// Messages that one session may send at once.
        zh "一个会话可一次连发的消息数。"
        messages_burst: u64 = 10, within 1 => 1_000_000;
        /// Typing notices of one session, each second.
        zh "一个会话每秒的正在输入提示数。"
        typing_per_second: f64 = 1.0, within 0.01 => 1_000_000.0;
        /// Page events of one session, each second.
        zh "一个会话每秒的页面事件数。"
        pages_per_second: f64 = 1.0, within 0.01 => 1_000_000.0;
        /// Page events of one session, in all.
        zh "一个会话的页面事件总数。"
        pages_per_session: u64 = 500, within 1 => 1_000_000;
        /// Hellos of one browser profile, each minute.
        zh "一个浏览器档案每分钟的 hello 数。"
        hellos_per_minute_per_device: u64 = 5, within 1 => 1_000_000;
        /// Hellos of one address, each minute.
        zh "一个地址每分钟的 hello 数。"
        hellos_per_minute_per_ip: u64 = 600, within 1 => 1_000_000;
        /// Beacons of one address, each minute.
        zh "一个地址每分钟的 beacon 数。"
        beacons_per_minute_per_ip: u64 = 600, within 1 => 1_000_000;
        /// New connections of one address, each minute.
        zh "一个地址每分钟的新连接数。"
        connects_per_minute_per_ip: u64 = 600, within 1 => 1_000_000;
        /// New connections of one site, each minute.
        zh "一个站点每分钟的新连接数。"
        connects_per_minute_per_site: u64 = 60_000, within 1 => 10_000_000;
        /// Open connections of one address.
        zh "一个地址的打开连接数。"
        connections_per_ip: u64 = 1_000, within 1 => 1_000_000;
        /// Open connections of one site.
        zh "一个站点的打开连接数。"
        connections_per_site: u64 = 100_000, within 1 => 1_000_000;
        /// Open connections of one address that have not said hello.
        zh "一个地址尚未发送 hello 的连接数。"
        unwelcomed_per_ip: u64 = 20, within 1 => 1_000_000;
        /// Whether none of these hold for clients on this machine.
        zh "本机客户端是否不受以上限制。"
        lifted_on_loopback: bool = false;
    }
}

section! {
    /// One site, under its name. Without any there is one called `default`, for the gateway's own page only.
    zh "一个站点，以名称为键。一个都不写时有一个名为 `default` 的站点，只供网关自带页面使用。"
    pub struct SiteSection {
        /// Pages that may chat: `https://shop.example`, `https://*.shop.example`, or `self` for the gateway's own.
        zh "允许聊天的页面：`https://shop.example`、`https://*.shop.example`，`self` 表示网关自带页面。"
        origins: List<Text> = List(vec![Text("self".to_owned())]);
        /// Whether visitors without a user's token may chat.
        zh "没有用户令牌的访客是否可以聊天。"
        anonymous: bool = true;
        /// Whether clients that are no browsers may chat; they need a user's token then.
        zh "非浏览器客户端是否可以聊天；若可以，则必须有用户令牌。"
        non_browser: bool = false;
        /// Whether the site takes no messages for now.
        zh "站点是否暂不接收消息。"
        closed: bool = false;
        /// Accepted issuers of users' tokens.
        zh "接受的用户令牌签发者。"
        issuers: List<Text> = List(Vec::new());
        /// Accepted audiences of users' tokens; empty: `gateway` and the site's name.
        zh "接受的用户令牌受众；留空则为 `gateway` 与站点名。"
        audiences: List<Text> = List(Vec::new());
        /// Keys of users' tokens, by `kid`: `{k1: {hs256: '${NAME}'}}`, or `ed25519` with a public key of 64 hexadecimal digits.
        zh "用户令牌的密钥，以 `kid` 为键：`{k1: {hs256: '${NAME}'}}`，或 `ed25519` 加 64 位十六进制公钥。"
        keys: Named<UserKey> = Named::default();
    }
}

/// A key of users' tokens. The algorithm is the key's, whatever a token says.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum UserKey {
    /// A shared secret of at least 32 bytes.
    Hs256(Secret),
    /// An Ed25519 public key, 64 hexadecimal digits.
    Ed25519(Text),
}

impl Setting for UserKey {
    const KIND: Sentence = Sentence {
        en: "`hs256` or `ed25519`",
        zh: "`hs256` 或 `ed25519`",
    };

    fn shown(&self) -> String {
        String::new()
    }

    fn resolve(&mut self, sources: &Sources<'_>) -> Result<(), crate::words::Words> {
        match self {
            Self::Hs256(secret) => secret.resolve(sources),
            Self::Ed25519(key) => key.resolve(sources),
        }
    }
}

impl WebchatSection {
    /// The settings as the web chat takes them.
    pub(in crate::config) fn settings(&self) -> WebchatSettings {
        let mut settings = WebchatSettings {
            default_site: self.default_site.given().map(str::to_owned),
            limits: self.limits.settings(),
            trusted_proxies: texts(&self.trusted_proxies),
            replay_events: in_memory(self.replay_events),
            ping_seconds: self.ping_every.0.as_secs(),
            idle_seconds: self.idle_after.0.as_secs(),
            shutdown_spread_seconds: self.leave_within.0.as_secs(),
            dwell_marks_ms: self
                .dwell_marks
                .0
                .iter()
                .map(|mark| mark.whole_millis())
                .collect(),
            page_query_allowed: texts(&self.page_query_allowed),
            honour_do_not_track: self.honour_do_not_track,
            ..WebchatSettings::default()
        };
        if !self.sites.0.is_empty() {
            let sites = self.sites.0.iter();
            settings.sites = sites
                .map(|(name, site)| (name.clone(), site.settings()))
                .collect();
        }
        settings
    }
}

impl SiteSection {
    fn settings(&self) -> SiteSettings {
        let keys = self.keys.0.iter();
        SiteSettings {
            origins: texts(&self.origins),
            anonymous: self.anonymous,
            non_browser: self.non_browser,
            closed: self.closed,
            issuers: texts(&self.issuers),
            audiences: texts(&self.audiences),
            keys: keys
                .map(|(kid, key)| (kid.clone(), key.settings()))
                .collect(),
        }
    }
}

impl UserKey {
    fn settings(&self) -> UserKeySettings {
        match self {
            Self::Hs256(secret) => {
                UserKeySettings::Hs256(SecretText(secret.reveal().unwrap_or_default().to_owned()))
            }
            Self::Ed25519(key) => UserKeySettings::Ed25519(key.0.clone()),
        }
    }
}

impl LimitsSection {
    fn settings(&self) -> LimitSettings {
        LimitSettings {
            messages_per_second: self.messages_per_second,
            messages_burst: count(self.messages_burst),
            typing_per_second: self.typing_per_second,
            pages_per_second: self.pages_per_second,
            pages_per_session: count(self.pages_per_session),
            hellos_per_minute_per_device: count(self.hellos_per_minute_per_device),
            hellos_per_minute_per_ip: count(self.hellos_per_minute_per_ip),
            beacons_per_minute_per_ip: count(self.beacons_per_minute_per_ip),
            connects_per_minute_per_ip: count(self.connects_per_minute_per_ip),
            connects_per_minute_per_site: count(self.connects_per_minute_per_site),
            connections_per_ip: in_memory(self.connections_per_ip),
            connections_per_site: in_memory(self.connections_per_site),
            unwelcomed_per_ip: in_memory(self.unwelcomed_per_ip),
            lifted_on_loopback: self.lifted_on_loopback,
        }
    }
}

fn texts(list: &List<Text>) -> Vec<String> {
    list.0.iter().map(|text| text.0.clone()).collect()
}

/// INVARIANT: every bound above is far below `u32::MAX`.
fn count(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn in_memory(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}
