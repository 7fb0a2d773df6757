//! The endpoints that answers go to, ready for use: keys and certificates read once, at start.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use signalbox_adapters::webhook::signing::Signer;
use signalbox_webhook::{Allowed, Endpoint, EndpointError, EndpointSettings};

use super::accounts::MAX_KEYS;
use crate::config::sections::{WebhookReplySection, WebhookSection};
use crate::words::{Told, Words, words};

/// What is wrong with the sections `reply`, a line each.
#[derive(Debug)]
pub struct EndpointsError(pub Vec<Words>);

impl fmt::Display for EndpointsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<_> = self.0.iter().map(|words| &*words.en).collect();
        f.write_str(&sentences.join("; "))
    }
}

impl std::error::Error for EndpointsError {}

impl Told for EndpointsError {
    fn chinese(&self) -> String {
        let sentences: Vec<_> = self.0.iter().map(|words| &*words.zh).collect();
        sentences.join("；")
    }
}

/// All endpoints, by their account's name. Connects to nothing.
///
/// # Errors
/// [`EndpointsError`] with everything that is wrong.
pub fn endpoints(section: &WebhookSection) -> Result<BTreeMap<String, Endpoint>, EndpointsError> {
    let (mut endpoints, mut wrong) = (BTreeMap::new(), Vec::new());
    for (name, account) in &section.accounts.0 {
        match endpoint(name, &account.reply) {
            Ok(Some(endpoint)) => {
                endpoints.insert(name.clone(), endpoint);
            }
            Ok(None) => {}
            Err(EndpointsError(found)) => wrong.extend(found),
        }
    }
    if wrong.is_empty() {
        Ok(endpoints)
    } else {
        Err(EndpointsError(wrong))
    }
}

/// An account's endpoint; `None` where it has none.
///
/// # Errors
/// [`EndpointsError`] with everything that is wrong.
pub(crate) fn endpoint(
    name: &str,
    section: &WebhookReplySection,
) -> Result<Option<Endpoint>, EndpointsError> {
    let key = format!("webhook.accounts.{name}.reply");
    let Some(url) = section.url.given() else {
        if section.secrets.0.is_empty() {
            return Ok(None);
        }
        return Err(EndpointsError(vec![words!(
            "{key}.url must not be empty where `secrets` are given",
            "写了 `secrets` 时 {key}.url 不能为空"
        )]));
    };
    let mut wrong = Vec::new();
    let signer = signer(&key, section, &mut wrong);
    let allowed = Allowed::parse(section.internal.0.iter().map(|text| text.0.as_str()));
    if let Err(error) = &allowed {
        wrong.push(words!(
            "{key}.internal {error}",
            "{key}.internal 必须是网段，如 10.0.0.0/8，或单个地址"
        ));
    }
    let authorities = authorities(&key, section, &mut wrong);
    let (Some(signer), Ok(allowed), true) = (signer, allowed, wrong.is_empty()) else {
        return Err(EndpointsError(wrong));
    };
    // INVARIANT: the bounds of `config/sections/webhook.rs` fit the types.
    let settings = EndpointSettings {
        url: url.to_owned(),
        signer,
        allow_http: section.allow_http,
        allowed,
        authorities,
        connect_within: section.connect_within.0,
        answer_within: section.answer_within.0,
        at_once: usize::try_from(section.at_once).unwrap_or(1),
        per_second: section.per_second,
        burst: u32::try_from(section.burst).unwrap_or(u32::MAX),
        clock: Arc::new(Timestamp::now),
    };
    Endpoint::new(settings)
        .map(Some)
        .map_err(|error| EndpointsError(vec![told(&key, error)]))
}

fn signer(key: &str, section: &WebhookReplySection, wrong: &mut Vec<Words>) -> Option<Signer> {
    let count = section.secrets.0.len();
    if !(1..=MAX_KEYS).contains(&count) {
        wrong.push(words!(
            "{key}.secrets must be 1 to {MAX_KEYS}, got {count}",
            "{key}.secrets 需要 1 到 {MAX_KEYS} 个，现在有 {count} 个"
        ));
        return None;
    }
    let texts = section.secrets.0.iter();
    let texts = texts.map(|secret| secret.reveal().unwrap_or_default());
    Signer::parse(texts)
        .map_err(|error| {
            wrong.push(words!(
                "{key}.secrets {error}",
                "{key}.secrets 有误：{error}"
            ));
        })
        .ok()
}

fn authorities(
    key: &str,
    section: &WebhookReplySection,
    wrong: &mut Vec<Words>,
) -> Option<Vec<u8>> {
    let path = section.ca_file.given()?;
    let shown = path.display();
    match std::fs::read(&path) {
        Ok(pem) => Some(pem),
        Err(error) => {
            let Words { en, zh } = error.words();
            wrong.push(words!(
                "{key}.ca_file `{shown}` cannot be read: {en}",
                "{key}.ca_file `{shown}` 无法读取：{zh}"
            ));
            None
        }
    }
}

fn told(key: &str, error: EndpointError) -> Words {
    match error {
        EndpointError::Url => words!(
            "{key}.url {error}",
            "{key}.url 必须是网址，如 https://app.shop.example/signalbox，且不含用户名和密码"
        ),
        EndpointError::Unencrypted => words!(
            "{key}.url {error}",
            "{key}.url 必须以 https:// 开头；要用 http:// 请写 `allow_http: true`"
        ),
        EndpointError::Forbidden => words!(
            "{key}.url {error}",
            "{key}.url 指向内网地址；确需如此，请在 `internal` 中写明网段"
        ),
        EndpointError::NoCertificates => words!(
            "{key}.ca_file holds no certificates; write a PEM file",
            "{key}.ca_file 里没有证书；请写 PEM 文件"
        ),
        EndpointError::NoClient => words!(
            "{key}: {error}",
            "{key}：无法使用操作系统的证书；请安装 ca-certificates，或写 ca_file"
        ),
    }
}

#[cfg(test)]
mod tests;
