//! People: who waits for them, who is there, what they do.
//!
//! The desk has one owner. It alone says how many wait; in other processes those series do not exist, and the rest is 0.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use prometheus::{GaugeVec, Histogram, IntGauge};

use super::catalogue::Area;
use super::label::{CounterBy, Label, label};

/// Queues beyond so many share the series `other`.
pub const MAX_QUEUE_SERIES: usize = 200;
const OTHERS: &str = "other";

label! {
    /// What agents did, or what happened for want of one.
    DeskAct = "act" {
        /// Took a conversation.
        Take = "take",
        /// Said something to a customer.
        Answer = "answer",
        /// Let the bot have it again.
        GiveBack = "give_back",
        /// Ended the consultation.
        Close = "close",
        /// Let it wait in another queue.
        Transfer = "transfer",
        /// Was gone, so that it waits again.
        Lost = "lost",
    }
}

label! {
    /// How urgent a conversation is.
    Band = "priority" {
        /// Low.
        Low = "low",
        /// Normal.
        Normal = "normal",
        /// High.
        High = "high",
        /// Urgent.
        Urgent = "urgent",
    }
}

/// One queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueStanding {
    /// How many wait, in the order of [`Band`].
    pub waiting: [u64; 4],
    /// How long whoever waits longest has waited.
    pub oldest: Duration,
}

/// See the module.
#[derive(Debug)]
pub struct DeskMetrics {
    /// What agents did.
    pub acts: CounterBy<DeskAct>,
    /// From a hand-over to an agent taking it, in seconds.
    pub wait: Histogram,
    waiting: GaugeVec,
    oldest: GaugeVec,
    assigned: IntGauge,
    agents_present: IntGauge,
    /// Queues that have series.
    named: Mutex<BTreeSet<String>>,
}

const WAIT_SECONDS: &[f64] = &[
    5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0, 28_800.0,
];

impl DeskMetrics {
    pub(super) fn register(mut area: Area<'_>) -> prometheus::Result<Self> {
        const QUEUES: &str = "names of queues, 200 at most; the rest is `other`";
        Ok(Self {
            acts: area.counter_by(
                "desk_acts_total",
                "What agents did with conversations; `lost` is one that waits again because its agent was gone.",
            )?,
            wait: area.histogram(
                "desk_wait_seconds",
                "Time from a hand-over to an agent taking the conversation; once more for each time that it was taken.",
                WAIT_SECONDS,
            )?,
            waiting: area.gauge_by_open_label(
                "desk_waiting",
                "queue",
                QUEUES,
                Some(Band::NAME),
                "Customers who wait for a person. Only the process that owns the desk says it.",
            )?,
            oldest: area.gauge_by_open_label(
                "desk_oldest_waiting_seconds",
                "queue",
                QUEUES,
                None,
                "How long the customer has waited who waits longest; 0 if nobody waits. Only the process that owns the desk says it.",
            )?,
            assigned: area.gauge("desk_assigned", "Conversations that agents have.")?,
            agents_present: area.gauge(
                "desk_agents_present",
                "Agents with the desk open, of whom something was heard within 45 seconds.",
            )?,
            named: Mutex::default(),
        })
    }

    /// Notes how the desk stands. Series of queues that are gone end.
    pub fn stands<'a>(
        &self,
        queues: impl Iterator<Item = (&'a str, QueueStanding)>,
        assigned: usize,
        agents_present: usize,
    ) {
        let mut standings: BTreeMap<&str, QueueStanding> = BTreeMap::new();
        for (queue, standing) in queues {
            let is_full = standings.len() >= MAX_QUEUE_SERIES;
            let known = standings.entry(if is_full { OTHERS } else { queue });
            let known = known.or_default();
            for (sum, more) in known.waiting.iter_mut().zip(standing.waiting) {
                *sum += more;
            }
            known.oldest = known.oldest.max(standing.oldest);
        }
        for (queue, standing) in &standings {
            for (band, waiting) in Band::ALL.iter().zip(standing.waiting) {
                let series = self.waiting.with_label_values(&[queue, band.value()]);
                series.set(waiting as f64);
            }
            let oldest = self.oldest.with_label_values(&[*queue]);
            oldest.set(standing.oldest.as_secs_f64());
        }
        self.end_series_of_others(&standings);
        self.assigned.set(gauge(assigned));
        self.agents_present.set(gauge(agents_present));
    }

    /// Notes that another process has the desk now, or none.
    pub fn left(&self) {
        self.stands(std::iter::empty(), 0, 0);
    }

    fn end_series_of_others(&self, kept: &BTreeMap<&str, QueueStanding>) {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        for queue in named
            .iter()
            .filter(|queue| !kept.contains_key(queue.as_str()))
        {
            // Fails only if the series is gone already.
            for band in Band::ALL {
                let _ = self.waiting.remove_label_values(&[queue, band.value()]);
            }
            let _ = self.oldest.remove_label_values(&[queue]);
        }
        *named = kept.keys().map(|queue| (*queue).to_owned()).collect();
    }
}

fn gauge(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{MAX_QUEUE_SERIES, QueueStanding};
    use crate::metrics::Metrics;

    fn text(metrics: &Metrics) -> String {
        String::from_utf8(metrics.encode().unwrap()).unwrap()
    }

    #[test]
    fn queues_come_and_go_and_are_bounded() {
        let metrics = Metrics::new().unwrap();
        let one = QueueStanding {
            waiting: [0, 2, 0, 1],
            oldest: Duration::from_secs(90),
        };
        metrics.desk.stands([("售后", one)].into_iter(), 3, 2);
        let told = text(&metrics);
        for line in [
            "signalbox_desk_waiting{priority=\"normal\",queue=\"售后\"} 2",
            "signalbox_desk_waiting{priority=\"high\",queue=\"售后\"} 0",
            "signalbox_desk_oldest_waiting_seconds{queue=\"售后\"} 90",
            "signalbox_desk_assigned 3",
            "signalbox_desk_agents_present 2",
        ] {
            assert!(told.contains(line), "{line} in {told}");
        }
        let names: Vec<String> = (0..2 * MAX_QUEUE_SERIES).map(|it| it.to_string()).collect();
        let many = names.iter().map(|name| (name.as_str(), one));
        metrics.desk.stands(many, 0, 0);
        let told = text(&metrics);
        assert!(!told.contains("售后"), "it is gone");
        let series = told
            .matches("signalbox_desk_oldest_waiting_seconds{")
            .count();
        assert_eq!(series, MAX_QUEUE_SERIES + 1);
        assert!(told.contains("signalbox_desk_waiting{priority=\"urgent\",queue=\"other\"} 200"));
        metrics.desk.left();
        assert!(!text(&metrics).contains("signalbox_desk_waiting{"));
    }
}
