//! What the desk shows on its left: who waits, who is with whom.
//!
//! The desk and the names of those at it are read for all pages at once ([`SharedRead`](super::shared_read::SharedRead)): a hint
//! makes every page of every agent read.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use signalbox_router::{Case, Customer, Desk as Cases, ReadError};
use signalbox_store::ThreadId;

use super::Desk;
use super::refusal::Refusal;
use super::session::SignedIn;

/// Rows of each list that are told, at most.
pub(super) const MOST_ROWS: usize = 200;

/// The desk with the customers that lists name: those who are with people, and the first who wait.
pub(super) struct Overview {
    cases: Cases,
    faces: BTreeMap<ThreadId, Face>,
}

/// What a row tells of a customer.
pub(super) struct Face {
    name: Option<String>,
    channel: Option<&'static str>,
}

impl Face {
    pub(super) fn of(customer: &Customer) -> Self {
        let address = customer.desk.address.as_ref();
        Self {
            name: customer.profile.name.clone(),
            channel: address.map(|address| address.channel.name()),
        }
    }
}

pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    SignedIn(agent): SignedIn,
) -> Result<Json<Value>, Refusal> {
    let overview = desk.overview().await?;
    let cases = &overview.cases;
    let waiting = cases.waiting();
    let mine = cases.held_by(&agent.id);
    let others: Vec<&Case> = cases
        .cases
        .iter()
        .filter(|case| case.held.is_some() && !case.is_held_by(&agent.id))
        .collect();
    let rows = |cases: &[&Case]| -> Vec<Value> {
        cases
            .iter()
            .take(MOST_ROWS)
            .map(|case| row(case, overview.faces.get(&case.thread)))
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

impl Desk {
    async fn overview(&self) -> Result<Arc<Overview>, Refusal> {
        let read = async || {
            let overview = self.read_overview().await;
            overview.map(Arc::new).map_err(|error| error.to_string())
        };
        let overview = self.overviews.get(read).await;
        overview.map_err(Refusal::Unavailable)
    }

    async fn read_overview(&self) -> Result<Overview, ReadError> {
        let cases = self.router.desk().await?;
        let waiting = cases.waiting();
        let held = cases.cases.iter().filter(|case| case.held.is_some());
        let named = waiting.iter().take(MOST_ROWS).copied().chain(held);
        let threads: Vec<ThreadId> = named.map(|case| case.thread).collect();
        let customers = self.router.customers(&threads).await?;
        let faces = customers
            .iter()
            .map(|(thread, customer)| (*thread, Face::of(customer)))
            .collect();
        Ok(Overview { cases, faces })
    }
}

/// One conversation as a row.
pub(super) fn row(case: &Case, face: Option<&Face>) -> Value {
    json!({
        "thread": case.thread.to_string(),
        "queue": case.queue,
        "priority": case.priority,
        "score": case.score,
        "since": case.since,
        "reason": case.reason,
        "agent": case.held.as_ref().map(|held| &held.agent),
        "name": face.and_then(|face| face.name.as_deref()),
        "channel": face.and_then(|face| face.channel),
    })
}
