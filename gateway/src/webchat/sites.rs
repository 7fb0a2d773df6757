//! The sites, ready for use: their settings read once, at start.

use std::collections::BTreeMap;
use std::sync::Arc;

use signalbox_adapters::webchat::limits::MAX_SITE_BYTES;
use signalbox_adapters::webchat::origin::OriginList;
use signalbox_adapters::webchat::user_token::{UserTokenKey, UserTokenRules};

use super::settings::{SiteSettings, UserKeySettings, WebchatSettings};
use crate::words::{Words, words};

pub(super) struct Sites {
    sites: BTreeMap<String, Arc<Site>>,
}

pub(super) struct Site {
    pub(super) name: String,
    pub(super) origins: OriginList,
    pub(super) user_tokens: UserTokenRules,
    pub(super) anonymous: bool,
    pub(super) non_browser: bool,
    pub(super) closed: bool,
}

impl Sites {
    /// Or one sentence for each thing that is wrong.
    pub(super) fn new(settings: &WebchatSettings) -> Result<Self, Vec<Words>> {
        let mut wrong = Vec::new();
        let sites = settings
            .sites
            .iter()
            .map(|(name, settings)| {
                (
                    name.clone(),
                    Arc::new(Site::new(name, settings, &mut wrong)),
                )
            })
            .collect();
        if wrong.is_empty() {
            Ok(Self { sites })
        } else {
            Err(wrong)
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Arc<Site>> {
        self.sites.get(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sites.keys().map(String::as_str)
    }

    /// The sites that a client from here could mean, before it says which.
    pub(super) fn admitting(
        &self,
        origin: Option<&str>,
        own_host: Option<&str>,
    ) -> impl Iterator<Item = &Site> {
        self.sites
            .values()
            .map(Arc::as_ref)
            .filter(move |site| site.admits(origin, own_host))
    }
}

impl Site {
    fn new(name: &str, settings: &SiteSettings, wrong: &mut Vec<Words>) -> Self {
        let key = format!("webchat.sites.{name}");
        if name.is_empty() || name.len() > MAX_SITE_BYTES || name.chars().any(char::is_control) {
            wrong.push(words!(
                "{key} must be named by 1 to {MAX_SITE_BYTES} bytes without control characters",
                "{key} 的名称必须有 1 到 {MAX_SITE_BYTES} 字节，且不含控制字符"
            ));
        }
        let origins = OriginList::parse(&settings.origins).unwrap_or_else(|error| {
            wrong.push(words!(
                "{key}.origins: {error}",
                "{key}.origins 有误：{error}"
            ));
            OriginList::default()
        });
        if !settings.keys.is_empty() && settings.issuers.is_empty() {
            wrong.push(words!(
                "{key}.issuers must name at least one issuer where there are keys, got none",
                "有密钥时 {key}.issuers 至少要写一个签发者"
            ));
        }
        if !settings.anonymous && settings.keys.is_empty() {
            wrong.push(words!(
                "{key}.keys must have a key where `anonymous` is false, got none: nobody could chat",
                "`anonymous` 为 false 时 {key}.keys 至少要有一个密钥，否则没有人能聊天"
            ));
        }
        let mut keys = Vec::new();
        for (id, key_settings) in &settings.keys {
            match user_key(id, key_settings) {
                Ok(user_key) => keys.push(user_key),
                Err(reason) => wrong.push(words!(
                    "{key}.keys.{id}: {reason}",
                    "{key}.keys.{id} 有误：{reason}"
                )),
            }
        }
        let audiences = if settings.audiences.is_empty() {
            vec!["gateway".to_owned(), name.to_owned()]
        } else {
            settings.audiences.clone()
        };
        Self {
            name: name.to_owned(),
            origins,
            user_tokens: UserTokenRules {
                keys,
                issuers: settings.issuers.clone(),
                audiences,
            },
            anonymous: settings.anonymous,
            non_browser: settings.non_browser,
            closed: settings.closed,
        }
    }

    /// Whether a client from here may chat, as far as its origin tells. Without one it needs a user's token besides.
    pub(super) fn admits(&self, origin: Option<&str>, own_host: Option<&str>) -> bool {
        match origin {
            Some(origin) => self.origins.allows(origin, own_host),
            None => self.non_browser,
        }
    }
}

fn user_key(id: &str, settings: &UserKeySettings) -> Result<UserTokenKey, String> {
    match settings {
        UserKeySettings::Hs256(secret) => {
            UserTokenKey::hs256(id, secret.0.as_bytes()).map_err(|error| error.to_string())
        }
        UserKeySettings::Ed25519(digits) => {
            let key = bytes_of_hex(digits).ok_or("a public key is 64 hexadecimal digits")?;
            UserTokenKey::ed25519(id, &key).map_err(|error| error.to_string())
        }
    }
}

fn bytes_of_hex(digits: &str) -> Option<Vec<u8>> {
    let is_hex =
        digits.len().is_multiple_of(2) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !is_hex {
        return None;
    }
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok())
        .collect()
}
