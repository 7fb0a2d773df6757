//! What another system reports about a customer: checked against the live bundle, then kept like whatever comes in.

use serde::{Deserialize, Serialize};
use signalbox_adapters::webhook::event::BusinessEvent;
use signalbox_adapters::{Address, Channel};
use signalbox_rules::Facts;

use crate::event::Event;
use crate::ingest::{AcceptError, Accepted};
use crate::rules::Misfit;
use crate::shared::Shared;

/// An event that was reported, by whom, about whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The account that reports.
    pub account: String,
    /// The reporter's id of the event: a repeat carries the same.
    pub id: String,
    /// Whom it is about.
    pub about: Address,
    /// What happened.
    pub event: BusinessEvent,
}

/// Why a report was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// The rules know no such event, or declare it otherwise. It must not come again as it is.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// As for a message.
    #[error(transparent)]
    Accept(#[from] AcceptError),
}

/// A report in the customer's inbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Happened {
    /// What: `order.delivered`.
    pub name: String,
    /// Its fields, typed as the bundle of that moment declared them.
    pub facts: Facts,
    /// Of the bytes that came.
    pub digest: String,
    /// To whom.
    pub address: Address,
    /// Carries the trace from the callback to the reply through restarts (W3C `traceparent`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

impl Shared {
    /// Keeps a report.
    pub(crate) async fn report(&self, report: Report) -> Result<Accepted, ReportError> {
        let started = self.environment.now();
        let facts = self.rules.load().event_facts(&report.event)?;
        let answer = self.keep_report(report, facts).await;
        self.tell_received(Channel::Webhook, &answer, started);
        Ok(answer?)
    }

    async fn keep_report(&self, report: Report, facts: Facts) -> Result<Accepted, AcceptError> {
        let thread = self.settled_home(&report.about).await?;
        // Ids are each reporter's own. A line end is in no id and in no account's name.
        let id = format!("{}\n{}", report.account, report.id);
        let event = Event::Happened(Happened {
            name: report.event.name,
            facts,
            digest: report.event.digest,
            address: report.about,
            traceparent: self.observer.traceparent(),
        });
        self.keep_event(thread, "report", id.as_bytes(), event)
            .await
    }
}
