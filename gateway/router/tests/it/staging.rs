//! A gateway that writes to nobody, or to a few: what it would have sent is settled, counted, and no dead letter.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use signalbox_adapters::Channel;
use signalbox_router::{DeliveryAnswer, DeliveryMode, Observer, OutboxKind, OutboxPage};

use crate::bed::{Bed, ToldAdapter, entries_of, say};
use crate::deliveries::nothing_waits;

/// Counts what was withheld, and what went.
#[derive(Default)]
struct Counted {
    withheld: AtomicUsize,
    others: AtomicUsize,
}

impl Observer for Counted {
    fn delivered(&self, _channel: Channel, answer: DeliveryAnswer, _took: Duration) {
        let counter = match answer {
            DeliveryAnswer::Withheld => &self.withheld,
            _ => &self.others,
        };
        counter.fetch_add(1, Ordering::SeqCst);
    }
}

/// What leaves when ann and ben both write: texts, how many were withheld, how many were not.
async fn sent(delivery: DeliveryMode) -> (Vec<String>, usize, usize) {
    let adapter = ToldAdapter::new([]);
    let counted = Arc::new(Counted::default());
    let mut bed = Bed::new().pushing(&adapter);
    bed.settings.delivery = delivery;
    bed.observer = counted.clone();
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    entries_of(&router, "ann", 2).await;
    say(&router, "ben", "1", "two").await;
    entries_of(&router, "ben", 2).await;
    nothing_waits(&bed).await;
    let dead = router
        .outbox_list(OutboxKind::Dead, &OutboxPage::default())
        .await
        .unwrap();
    assert_eq!(dead.entries.len(), 0, "nobody has to look at it");
    let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
    let (withheld, others) = (count(&counted.withheld), count(&counted.others));
    (adapter.texts(), withheld, others)
}

#[tokio::test(start_paused = true)]
async fn a_sink_writes_to_nobody() {
    assert_eq!(sent(DeliveryMode::Sink).await, (Vec::new(), 2, 0));
}

#[tokio::test(start_paused = true)]
async fn only_those_named_are_written_to() {
    let only = DeliveryMode::Only(["ben".to_owned()].into());
    assert_eq!(sent(only).await, (vec!["echo: two".to_owned()], 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_live_gateway_withholds_nothing() {
    let (texts, withheld, others) = sent(DeliveryMode::Live).await;
    assert_eq!((texts.len(), withheld, others), (2, 0, 2));
}
