//! One conversation as an agent reads it: what was said, who the customer is, why they were handed over.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use signalbox_adapters::Content;
use signalbox_router::{DecisionRecord, Shown, ThreadEvent};
use signalbox_rules::explain::value_text;
use signalbox_store::{Sequence, ThreadId, TranscriptRange};

use super::Desk;
use super::list::{Face, row};
use super::refusal::Refusal;
use super::session::SignedIn;
use super::why::why;

/// Entries of one page of the history.
const PAGE: usize = 50;

pub(super) async fn file(
    State(desk): State<Arc<Desk>>,
    SignedIn(_): SignedIn,
    Path(thread): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let thread = thread_of(&thread)?;
    let customers = desk.router.customers(&[thread]).await?;
    let customer = customers.get(&thread).ok_or(Refusal::Unknown)?;
    let known = desk.router.desk().await?;
    let file = &customer.desk;
    let record = match file.decided {
        Some(decided) => desk.router.decision(thread, decided).await?,
        None => None,
    };
    let now = jiff::Timestamp::now();
    let conversation = &customer.conversation;
    let tags = |tags: &signalbox_rules::conversation::Tags| -> Vec<Arc<str>> {
        tags.iter(now).map(|(tag, _)| tag.clone()).collect()
    };
    Ok(Json(json!({
        "thread": thread.to_string(),
        "case": known.case(thread).map(|case| row(case, Some(&Face::of(customer)))),
        "state": conversation.state,
        "agent": file.agent,
        "customer": {
            "name": customer.profile.name,
            "locale": customer.profile.locale,
            "timezone": customer.profile.timezone,
            "language": conversation.language,
            "channel": file.address.as_ref().map(|address| address.channel.name()),
            "account": file.address.as_ref().map(|address| &address.account),
            "id": file.address.as_ref().map(|address| &address.external_id),
            "tags": tags(&conversation.customer_tags),
        },
        "episode": {
            "tags": tags(&conversation.episode_tags),
            "priority": conversation.priority,
            "turns": conversation.episode.as_ref().map(|episode| episode.turns),
        },
        "reason": file.reason,
        "why": record.as_ref().map(why),
        "facts": record.as_ref().map(facts),
        "notes": file.notes,
        "emotions": file.emotions,
    })))
}

/// The facts that the deciding rules read, as rule files write values.
fn facts(record: &DecisionRecord) -> Map<String, Value> {
    record
        .facts
        .iter()
        .filter(|(path, _)| *path != "text")
        .map(|(path, value)| (path.to_owned(), value_text(value).into()))
        .collect()
}

/// Which page of the history.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// The entries before this one; without it the last ones.
    before: Option<u64>,
    /// Only the entries behind this one.
    after: Option<u64>,
}

pub(super) async fn history(
    State(desk): State<Arc<Desk>>,
    SignedIn(_): SignedIn,
    Path(thread): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Refusal> {
    let thread = thread_of(&thread)?;
    let range = match (page.after, page.before) {
        (Some(after), _) => TranscriptRange::After(Sequence(after)),
        (None, Some(before)) => TranscriptRange::Before(Sequence(before)),
        (None, None) => {
            let last = desk.router.last_sequence(thread).await?;
            TranscriptRange::Before(last.unwrap_or_default().next())
        }
    };
    let entries = desk.router.entries(thread, range, PAGE).await?;
    let first = entries.first().map(|entry| entry.sequence);
    Ok(Json(json!({
        "entries": entries.iter().map(|entry| told(entry)).collect::<Vec<_>>(),
        "has_more": first.is_some_and(|first| first > Sequence(1)),
    })))
}

fn told(entry: &ThreadEvent) -> Value {
    let mut told = match &entry.shown {
        Shown::Message {
            from,
            name,
            content,
            ..
        } => {
            let in_words = Content::Text {
                text: content.in_words(),
            };
            json!({"kind": "message", "from": from, "name": name, "content": in_words})
        }
        Shown::Status {
            status,
            queue,
            agent,
        } => json!({"kind": "status", "status": status, "queue": queue, "agent": agent}),
    };
    told["seq"] = entry.sequence.0.into();
    told["id"] = json!(entry.message_id);
    told["at"] = entry.at.to_string().into();
    told
}

/// A thread as addresses of the desk write it: 32 hexadecimal digits.
pub(super) fn thread_of(text: &str) -> Result<ThreadId, Refusal> {
    let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u128::from_str_radix(text, 16).ok().filter(|_| is_hex);
    number
        .map(|number| ThreadId(number.to_be_bytes()))
        .ok_or(Refusal::Unknown)
}
