//! How the desk stands, in numbers: what is measured, and what rules may read of queues.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use signalbox_dsl::bundle::Priority;

use super::{Case, Desk};

/// The desk at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeskFigures {
    /// By name: the queues of the live rules, and whichever else somebody waits in.
    pub queues: BTreeMap<Arc<str>, QueueFigures>,
    /// Conversations that agents have.
    pub assigned: usize,
    /// Agents of whom something was heard lately.
    pub agents_present: usize,
}

/// One queue at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueFigures {
    /// Who waits, with low priority.
    pub low: usize,
    /// Who waits, with normal priority.
    pub normal: usize,
    /// Who waits, with high priority.
    pub high: usize,
    /// Who waits, urgently.
    pub urgent: usize,
    /// When whoever waits longest was handed over; `None` if nobody waits.
    pub oldest: Option<Timestamp>,
}

/// What an agent did, or what happened for want of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskAct {
    /// Took a conversation.
    Taken {
        /// When the customer had been handed over.
        since: Timestamp,
        /// When it was taken.
        at: Timestamp,
    },
    /// Said something to a customer.
    Answered,
    /// Let the bot have it again.
    GivenBack,
    /// Ended the consultation.
    Closed,
    /// Let it wait in another queue.
    Transferred,
    /// Was gone, so that it waits again.
    Lost,
}

impl Desk {
    /// The desk in numbers, with these queues even if nobody waits there.
    pub(crate) fn figures(
        &self,
        queues: impl Iterator<Item = Arc<str>>,
        agents_present: usize,
    ) -> DeskFigures {
        let mut figures = DeskFigures {
            queues: queues
                .map(|queue| (queue, QueueFigures::default()))
                .collect(),
            assigned: 0,
            agents_present,
        };
        for case in &self.cases {
            if case.held.is_some() {
                figures.assigned += 1;
            } else {
                let queue = figures.queues.entry(case.queue.clone()).or_default();
                queue.count(case);
            }
        }
        figures
    }
}

impl QueueFigures {
    /// Who waits.
    pub fn waiting(&self) -> usize {
        self.low + self.normal + self.high + self.urgent
    }

    fn count(&mut self, case: &Case) {
        let band = match case.priority {
            Priority::Low => &mut self.low,
            Priority::Normal => &mut self.normal,
            Priority::High => &mut self.high,
            Priority::Urgent => &mut self.urgent,
        };
        *band += 1;
        let oldest = self
            .oldest
            .map_or(case.since, |oldest| oldest.min(case.since));
        self.oldest = Some(oldest);
    }
}
