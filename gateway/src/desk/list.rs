//! What the desk shows on its left: who waits, who is with whom, and what was ended last.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use signalbox_adapters::{Address, Channel};
use signalbox_router::{Case, Customer, Ended};
use signalbox_store::ThreadId;

use super::Desk;
use super::refusal::Refusal;
use super::session::SignedIn;

/// Rows of each list that are told, at most.
const MOST_ROWS: usize = 200;
/// Characters of a search, at most.
const MOST_SEARCH: usize = 200;

pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    SignedIn(agent): SignedIn,
) -> Result<Json<Value>, Refusal> {
    let known = desk.router.desk().await?;
    let waiting = known.waiting();
    let mine = known.held_by(&agent.id);
    let others: Vec<&Case> = known
        .cases
        .iter()
        .filter(|case| case.held.is_some() && !case.is_held_by(&agent.id))
        .collect();
    let shown: Vec<&Case> = [&waiting, &mine, &others]
        .into_iter()
        .flat_map(|cases| cases.iter().take(MOST_ROWS).copied())
        .collect();
    let threads: Vec<ThreadId> = shown.iter().map(|case| case.thread).collect();
    let customers = desk.router.customers(&threads).await?;
    let rows = |cases: &[&Case]| -> Vec<Value> {
        cases
            .iter()
            .take(MOST_ROWS)
            .map(|case| row(case, customers.get(&case.thread)))
            .collect()
    };
    let queues: Vec<Value> = desk
        .router
        .queues()
        .into_iter()
        .map(|(name, title)| json!({"name": name, "title": title}))
        .collect();
    Ok(Json(json!({
        "agent": agent,
        "counts": {"waiting": waiting.len(), "mine": mine.len(), "others": others.len()},
        "waiting": rows(&waiting),
        "mine": rows(&mine),
        "others": rows(&others),
        "queues": queues,
    })))
}

/// One conversation as a row.
pub(super) fn row(case: &Case, customer: Option<&Customer>) -> Value {
    json!({
        "thread": case.thread.to_string(),
        "queue": case.queue,
        "priority": case.priority,
        "score": case.score,
        "since": case.since,
        "reason": case.reason,
        "agent": case.held.as_ref().map(|held| &held.agent),
        "name": customer.and_then(|customer| customer.profile.name.clone()),
        "channel": customer
            .and_then(|customer| customer.desk.address.as_ref())
            .map(|address| address.channel.name()),
    })
}

/// What is searched for. Free text is not: what customers wrote is sealed, each under their own key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// A name, an agent, or a customer's id on a channel.
    #[serde(default)]
    q: String,
    /// A day, `2026-11-20`, by UTC.
    #[serde(default)]
    day: String,
}

/// Looks through the conversations at the desk and those that were ended last, and for the exact id of any customer.
pub(super) async fn search(
    State(desk): State<Arc<Desk>>,
    SignedIn(_): SignedIn,
    Query(asked): Query<Search>,
) -> Result<Json<Value>, Refusal> {
    let words = asked.q.trim().to_lowercase();
    if words.chars().count() > MOST_SEARCH {
        return Err(Refusal::Unfit("q"));
    }
    let known = desk.router.desk().await?;
    let mut last: BTreeMap<ThreadId, &Ended> = BTreeMap::new();
    for ended in &known.ended {
        last.insert(ended.thread, ended);
    }
    let threads: Vec<ThreadId> = last
        .keys()
        .copied()
        .chain(known.cases.iter().map(|case| case.thread))
        .collect();
    let customers = desk.router.customers(&threads).await?;
    let fits = |texts: [Option<&str>; 4], day: String| {
        let has_words = texts
            .into_iter()
            .flatten()
            .any(|text| text.to_lowercase().contains(&words));
        (words.is_empty() || has_words) && (asked.day.is_empty() || day.starts_with(&asked.day))
    };
    let of = |thread: &ThreadId| {
        let customer = customers.get(thread);
        let name = customer.and_then(|customer| customer.profile.name.as_deref());
        let address = customer.and_then(|customer| customer.desk.address.as_ref());
        (
            customer,
            name,
            address.map(|address| address.external_id.as_str()),
        )
    };
    let mut found = Vec::new();
    for case in &known.cases {
        let (customer, name, id) = of(&case.thread);
        let agent = case.held.as_ref().map(|held| held.agent.name.as_str());
        if fits([name, id, agent, Some(&case.queue)], case.since.to_string()) {
            found.push(row(case, customer));
        }
    }
    let mut ended: Vec<&Ended> = last.into_values().collect();
    ended.sort_by_key(|ended| std::cmp::Reverse(ended.at));
    for ended in ended {
        let (customer, name, id) = of(&ended.thread);
        let agent = Some(ended.agent.name.as_str());
        if known.case(ended.thread).is_none()
            && fits([name, id, agent, Some(&ended.queue)], ended.at.to_string())
        {
            found.push(json!({
                "thread": ended.thread.to_string(),
                "queue": ended.queue,
                "since": ended.since,
                "ended": ended.at,
                "closed": ended.closed,
                "agent": ended.agent,
                "name": customer.and_then(|customer| customer.profile.name.clone()),
            }));
        }
    }
    found.truncate(MOST_ROWS);
    if found.is_empty() && asked.day.is_empty() {
        found.extend(desk.by_address(asked.q.trim()).await?);
    }
    Ok(Json(json!({"found": found})))
}

impl Desk {
    /// The customer whose address is written `SITE/ID`.
    async fn by_address(&self, text: &str) -> Result<Option<Value>, Refusal> {
        let Some((account, external_id)) = text.split_once('/') else {
            return Ok(None);
        };
        let address = Address {
            channel: Channel::Webchat,
            account: account.to_owned(),
            external_id: external_id.to_owned(),
        };
        let thread = self.router.thread(&address);
        let customers = self.router.customers(&[thread]).await?;
        Ok(customers
            .get(&thread)
            .map(|customer| json!({"thread": thread.to_string(), "name": customer.profile.name})))
    }
}
