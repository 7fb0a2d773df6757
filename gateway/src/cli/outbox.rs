//! `outbox [list|show ID]` and `dead-letters [list|show ID|retry ID|discard ID]`, each `[--config FILE] [--data DIR]`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::json;
use signalbox_dsl::Locale;
use signalbox_router::{OutboxItem, OutboxList, PausedAccount};

use super::admin_client::AdminClient;
use super::answer::{Answer, Outcome};
use super::arguments::{
    DeadLettersCommand, DeadLettersOptions, OutboxCommand, OutboxOptions, PageOptions,
};
use crate::words::{Failure, words};

/// So much of an ID is enough for people.
const SHORT_ID: usize = 12;

pub(super) fn waiting(options: &OutboxOptions, locale: Locale) -> Result<Answer, Failure> {
    let gateway = AdminClient::of(&options.installation.load()?)?;
    match &options.command {
        None => page(&gateway, &WAITING, &PageOptions::default(), locale),
        Some(OutboxCommand::List(options)) => page(&gateway, &WAITING, options, locale),
        Some(OutboxCommand::Show { id }) => Ok(one(
            &gateway.get(&format!("/v1/outbox/{}", plain(id)?))?,
            locale,
        )),
    }
}

pub(super) fn dead(options: &DeadLettersOptions, locale: Locale) -> Result<Answer, Failure> {
    let gateway = AdminClient::of(&options.installation.load()?)?;
    let decide = |id: &str, what: &str| -> Result<OutboxItem, Failure> {
        gateway.post(
            &format!("/v1/dead-letters/{}/{what}", plain(id)?),
            &json!({}),
        )
    };
    match &options.command {
        None => page(&gateway, &DEAD, &PageOptions::default(), locale),
        Some(DeadLettersCommand::List(options)) => page(&gateway, &DEAD, options, locale),
        Some(DeadLettersCommand::Show { id }) => Ok(one(
            &gateway.get(&format!("/v1/dead-letters/{}", plain(id)?))?,
            locale,
        )),
        Some(DeadLettersCommand::Retry { id }) => {
            let done = say(
                locale,
                "goes out again; `signalbox outbox` shows it while it waits",
                "将重新发送；等待期间可用 `signalbox outbox` 查看",
            );
            Ok(decided(&decide(id, "retry")?, done))
        }
        Some(DeadLettersCommand::Discard { id }) => {
            let done = say(locale, "is gone for good", "已永久删除");
            Ok(decided(&decide(id, "discard")?, done))
        }
    }
}

/// A list: its command, and what is said of an empty one.
struct List {
    command: &'static str,
    nothing: (&'static str, &'static str),
}

const WAITING: List = List {
    command: "outbox",
    nothing: ("nothing waits to leave", "没有等待发送的内容"),
};

const DEAD: List = List {
    command: "dead-letters",
    nothing: ("there are no dead letters", "没有死信"),
};

fn page(
    gateway: &AdminClient,
    which: &List,
    options: &PageOptions,
    locale: Locale,
) -> Result<Answer, Failure> {
    let mut path = format!("/v1/{}?limit={}", which.command, options.limit);
    if let Some(after) = &options.after {
        // It goes into an address as it is.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-:._".contains(&byte);
        if !after.bytes().all(is_plain) {
            return Err(words!(
                "`{after}` is not where a page begins; write what the page before it says",
                "`{after}` 不是一页的起点；请照抄上一页给出的位置"
            )
            .into());
        }
        let _ = write!(path, "&after={after}");
    }
    Ok(list(&gateway.get(&path)?, which, locale))
}

/// An ID that can stand in a path.
fn plain(id: &str) -> Result<&str, Failure> {
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(words!(
            "`{id}` is no ID; write the beginning of one that the list shows",
            "`{id}` 不是 ID；请写出列表中某个 ID 的开头"
        )
        .into());
    }
    Ok(id)
}

fn list(list: &OutboxList, which: &List, locale: Locale) -> Answer {
    let mut text = String::new();
    for item in &list.entries {
        let (at, reason) = match &item.given_up {
            Some(given_up) => (given_up.at, given_up.reason.as_str()),
            None => (item.due, ""),
        };
        // Writing into a string cannot fail.
        let _ = writeln!(
            text,
            "{}  {}  {}  {}  {reason}",
            short(&item.id),
            moment(at),
            way(item),
            attempts(item, locale),
        );
    }
    let nothing = say(locale, which.nothing.0, which.nothing.1);
    let _ = writeln!(text, "{}", counts(list, nothing, locale));
    if let Some(next) = &list.next {
        let command = which.command;
        let more = words!(
            "more: signalbox {command} list --after {next}",
            "下一页：signalbox {command} list --after {next}"
        );
        let _ = writeln!(text, "{}", more.told(locale));
    }
    if !list.damaged.is_empty() {
        let partitions = list.damaged.join(", ");
        let damaged = words!(
            "left out, since stored data are damaged: {partitions}; run `signalbox doctor`",
            "因数据损坏未列出：{partitions}；请运行 `signalbox doctor`"
        );
        let _ = writeln!(text, "{}", damaged.told(locale));
    }
    for paused in &list.paused {
        let _ = writeln!(text, "{}", paused_line(paused, locale));
    }
    Answer {
        text: text
            .lines()
            .map(|line| format!("{}\n", line.trim_end()))
            .collect(),
        json: json!(list),
        outcome: Outcome::Fine,
    }
}

/// How many there are, by where they go.
fn counts(list: &OutboxList, nothing: &str, locale: Locale) -> String {
    if list.entries.is_empty() {
        return nothing.to_owned();
    }
    let mut ways: BTreeMap<String, usize> = BTreeMap::new();
    for item in &list.entries {
        *ways.entry(way(item)).or_default() += 1;
    }
    let ways: Vec<String> = ways
        .iter()
        .map(|(way, count)| format!("{way} {count}"))
        .collect();
    let (count, ways) = (list.entries.len(), ways.join(", "));
    match (locale, list.is_cut) {
        (Locale::English, false) => format!("{count} in all: {ways}"),
        (Locale::English, true) => format!("{count}, and there are more: {ways}"),
        (Locale::Chinese, false) => format!("共 {count} 条：{ways}"),
        (Locale::Chinese, true) => format!("本页 {count} 条，还有更多：{ways}"),
    }
}

/// Why what goes by an account waits.
fn paused_line(paused: &PausedAccount, locale: Locale) -> String {
    let PausedAccount {
        channel,
        account,
        since,
        reason,
    } = paused;
    let since = moment(*since);
    let words = words!(
        "{channel}/{account} is paused since {since}: {reason}",
        "{channel}/{account} 自 {since} 起暂停发送：{reason}"
    );
    words.told(locale).to_owned()
}

fn one(item: &OutboxItem, locale: Locale) -> Answer {
    let mut lines = vec![
        ("id", "ID", item.id.clone()),
        ("to", "去向", way(item)),
        ("thread", "会话线程", item.thread.clone()),
        ("partition", "分区", item.partition.clone()),
        ("attempts", "尝试次数", item.attempts.to_string()),
        ("due", "应发时间", moment(item.due)),
    ];
    if let Some(not_after) = item.not_after {
        lines.push(("worth nothing after", "作废时间", moment(not_after)));
    }
    if let Some(message) = &item.message {
        lines.push(("message", "消息", message.clone()));
    }
    if let Some(given_up) = &item.given_up {
        lines.push(("given up", "放弃时间", moment(given_up.at)));
        lines.push(("reason", "原因", given_up.reason.clone()));
    }
    if let Some(text) = &item.text {
        lines.push(("text", "内容", text.clone()));
    }
    let text = lines
        .into_iter()
        .map(|(english, chinese, value)| match locale {
            Locale::English => format!("{english}: {value}\n"),
            Locale::Chinese => format!("{chinese}：{value}\n"),
        });
    Answer {
        text: text.collect(),
        json: json!(item),
        outcome: Outcome::Fine,
    }
}

fn decided(item: &OutboxItem, done: &str) -> Answer {
    Answer {
        text: format!("{} {done}\n", short(&item.id)),
        json: json!(item),
        outcome: Outcome::Fine,
    }
}

fn way(item: &OutboxItem) -> String {
    match &item.account {
        Some(account) => format!("{}/{account}", item.to),
        None => item.to.clone(),
    }
}

fn attempts(item: &OutboxItem, locale: Locale) -> String {
    match (locale, item.attempts) {
        (Locale::English, 1) => "1 attempt".to_owned(),
        (Locale::English, count) => format!("{count} attempts"),
        (Locale::Chinese, count) => format!("已试 {count} 次"),
    }
}

fn say(locale: Locale, english: &'static str, chinese: &'static str) -> &'static str {
    match locale {
        Locale::English => english,
        Locale::Chinese => chinese,
    }
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn short(id: &str) -> &str {
    id.get(..SHORT_ID).unwrap_or(id)
}
