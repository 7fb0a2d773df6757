//! `doctor`: looks at an installation, changes nothing, and says of each thing whether it is well, and what to do if not.

mod email;
mod redis;
mod storage;
mod surroundings;
mod webhook;

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};
use signalbox_dsl::Locale;

use crate::config::Config;
use crate::config::values::{Delivery, StoreKind};
use crate::words::{Words, words};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub subject: Words,
    /// How it is.
    pub state: State,
    /// In words.
    pub found: Words,
    /// What to do, where there is something to do.
    pub advice: Option<Words>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Well,
    /// It works, and should be looked at.
    Look,
    /// It keeps the gateway from working, or its promises from holding.
    Wrong,
}

impl Finding {
    fn well(subject: Words, found: Words) -> Self {
        Self {
            subject,
            state: State::Well,
            found,
            advice: None,
        }
    }

    fn look(subject: Words, found: Words, advice: Words) -> Self {
        Self {
            subject,
            state: State::Look,
            found,
            advice: Some(advice),
        }
    }

    fn wrong(subject: Words, found: Words, advice: Words) -> Self {
        Self {
            subject,
            state: State::Wrong,
            found,
            advice: Some(advice),
        }
    }

    /// For programs: the subject is a name, so always English.
    pub fn json(&self, locale: Locale) -> Value {
        json!({
            "subject": self.subject.en,
            "state": self.state,
            "found": self.found.told(locale),
            "advice": self.advice.as_ref().map(|advice| advice.told(locale)),
        })
    }
}

/// Looks at everything that a configuration names.
pub fn examine(config: &Config) -> Vec<Finding> {
    let origin = config.origin.as_ref();
    let mut findings = vec![Finding::well(
        words!("configuration", "配置"),
        origin.map_or(words!("built-in defaults", "内置默认值"), |path| {
            let path = path.display();
            words!("`{path}` is valid", "`{path}` 有效")
        }),
    )];
    findings.extend(storage::data_directory(&config.data));
    findings.push(storage::key(config));
    findings.push(match config.file.store.kind {
        StoreKind::Embedded => storage::store(config),
        StoreKind::Redis => redis::store(&config.file.store),
    });
    findings.push(storage::durability(config));
    findings.push(delivery(&config.file.delivery));
    findings.push(surroundings::rules(config));
    findings.push(surroundings::clock(&config.data));
    findings.push(surroundings::limits(config));
    findings.push(surroundings::port(config));
    findings.extend(email::accounts(&config.file.email));
    findings.extend(webhook::endpoints(&config.file.webhook));
    findings
}

/// A gateway that writes to nobody is fine for trying things out, and bad news for customers.
fn delivery(written: &Delivery) -> Finding {
    let subject = words!("delivery", "发送");
    let advice = words!(
        "this is for a staging gateway; where customers wait for answers, write `delivery: live`",
        "这是给预发布网关用的；有客户在等回复的地方，请写 `delivery: live`"
    );
    match written {
        Delivery::Live => Finding::well(
            subject,
            words!("live: answers go to everybody", "live：回复会发给所有人"),
        ),
        Delivery::Sink => Finding::look(
            subject,
            words!(
                "SINK: nothing is pushed to customers; web chat pages alone get their answers",
                "SINK（不外发）：不向客户主动发送任何内容，只有网页聊天的页面能取到回复"
            ),
            advice,
        ),
        Delivery::Only(ids) => {
            let people = ids.len();
            Finding::look(
                subject,
                words!(
                    "ONLY: nothing is pushed but to {people} named; web chat pages get their answers",
                    "ONLY（仅限名单）：只向名单中的 {people} 人主动发送，网页聊天的页面照常取到回复"
                ),
                advice,
            )
        }
    }
}

/// The findings for people.
pub fn text(findings: &[Finding], locale: Locale) -> String {
    let mut text = String::new();
    for finding in findings {
        let word = match finding.state {
            State::Well => words!("ok   ", "正常"),
            State::Look => words!("look ", "留意"),
            State::Wrong => words!("WRONG", "错误"),
        };
        let (word, subject) = (word.told(locale), finding.subject.told(locale));
        let between = match locale {
            Locale::English => ": ",
            Locale::Chinese => "：",
        };
        let _ = writeln!(
            text,
            "{word} {subject}{between}{}",
            finding.found.told(locale)
        );
        if let Some(advice) = &finding.advice {
            let _ = writeln!(text, "      -> {}", advice.told(locale));
        }
    }
    text
}

#[cfg(test)]
mod tests;
