//! What is decided goes to the archive, and only then does the hot store let it go.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use signalbox_router::Observer;
use signalbox_store::{Archive, Offset, PartitionId, Sequence, TranscriptRange};

use crate::bed::{Bed, PARTITIONS, address, entries_of, say, transcript, until};

#[tokio::test(start_paused = true)]
async fn a_long_thread_is_trimmed_and_stays_readable() {
    let mut bed = Bed::new();
    bed.settings.keep_per_thread = 10;
    bed.settings.archive_every = Duration::from_secs(1);
    let router = bed.start();
    for id in 0..30 {
        say(&router, "ann", &id.to_string(), &format!("m{id}")).await;
    }
    entries_of(&router, "ann", 60).await;
    let thread = router.thread(&address("ann"));
    let hot = || async {
        let mut count = 0;
        for number in 0..PARTITIONS {
            count += bed
                .store
                .transcript(
                    PartitionId::customer(number),
                    thread,
                    TranscriptRange::After(Sequence(0)),
                    100,
                )
                .await
                .unwrap()
                .len();
        }
        count
    };
    until(|| async { (hot().await == 10).then_some(()) }).await;
    let lines = transcript(&router, "ann").await;
    assert_eq!(lines.len(), 60, "the archive has the rest");
    let page = router
        .entries(thread, TranscriptRange::Before(Sequence(55)), 20)
        .await
        .unwrap();
    let sequences: Vec<u64> = page.iter().map(|entry| entry.sequence.0).collect();
    assert_eq!(
        sequences,
        (35..55).collect::<Vec<u64>>(),
        "a page over the border of hot and archived"
    );
    let first = router
        .entries(thread, TranscriptRange::After(Sequence(0)), 5)
        .await
        .unwrap();
    assert_eq!(
        first
            .iter()
            .map(|entry| entry.sequence.0)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4, 5]
    );
}

#[tokio::test(start_paused = true)]
async fn every_decision_can_be_found_by_its_message() {
    for mut bed in [Bed::new(), Bed::new().gathering()] {
        bed.settings.archive_every = Duration::from_secs(1);
        let router = bed.start();
        let accepted = say(&router, "ann", "1", "hello").await;
        let decision =
            until(|| async { bed.archive.decision(accepted.message_id).await.unwrap() }).await;
        assert_eq!(decision.thread, accepted.thread);
    }
}

#[tokio::test(start_paused = true)]
async fn the_decision_on_a_turn_is_found_by_each_of_its_messages() {
    let mut bed = Bed::new().gathering();
    bed.settings.archive_every = Duration::from_secs(1);
    let router = bed.start();
    let mut messages = Vec::new();
    for (id, text) in [("1", "hello"), ("2", "hello?"), ("3", "is anybody there?")] {
        messages.push(say(&router, "ann", id, text).await.message_id);
    }
    let thread = router.thread(&address("ann"));
    for message in &messages {
        let hot = until(|| async { router.decision_on(thread, *message).await.unwrap() }).await;
        assert_eq!(hot.messages, messages);
        let anybodys = router.decision_of(*message).await.unwrap();
        assert_eq!(anybodys, Some(hot));
        let archived = until(|| async { bed.archive.decision(*message).await.unwrap() }).await;
        assert_eq!(archived.thread, thread);
    }
    // By then the hot store has let it go.
    until(|| async { is_trimmed(&bed).await.then_some(()) }).await;
    for message in &messages {
        let found = router.decision_on(thread, *message).await.unwrap();
        assert_eq!(
            found.map(|record| record.messages).as_ref(),
            Some(&messages)
        );
        let anybodys = router.decision_of(*message).await.unwrap();
        assert_eq!(
            anybodys.map(|record| record.messages).as_ref(),
            Some(&messages)
        );
        let strange = router
            .decision_on(router.thread(&address("bob")), *message)
            .await;
        assert!(
            matches!(strange, Ok(None)),
            "another customer's: {strange:?}"
        );
    }
}

async fn is_trimmed(bed: &Bed) -> bool {
    for number in 0..PARTITIONS {
        let partition = PartitionId::customer(number);
        if !bed
            .store
            .journal(partition, Offset(0), 1)
            .await
            .unwrap()
            .is_empty()
        {
            return false;
        }
    }
    true
}

#[tokio::test(start_paused = true)]
async fn what_a_power_failure_could_still_take_back_is_not_archived() {
    let mut bed = Bed::new();
    bed.settings.customer_partitions = 1;
    let partition = PartitionId::customer(0);
    let router = bed.start();
    let thread = say(&router, "ann", "1", "one").await.thread;
    entries_of(&router, "ann", 2).await;
    // The first round sees what came before it; this comes behind it.
    tokio::time::sleep(Duration::from_secs(13)).await;
    assert_eq!(bed.archive.cursor(partition).await, Ok(Offset(0)));
    say(&router, "ann", "2", "two").await;
    entries_of(&router, "ann", 4).await;
    until(|| async { (bed.archive.cursor(partition).await != Ok(Offset(0))).then_some(()) }).await;
    assert_eq!(bed.archive.cursor(partition).await, Ok(Offset(1)));
    assert_eq!(
        bed.archive.last_sequence(thread).await,
        Ok(Sequence(2)),
        "not even by its thread"
    );
    until(|| async { (bed.archive.last_sequence(thread).await == Ok(Sequence(4))).then_some(()) })
        .await;
}

#[tokio::test(start_paused = true)]
async fn what_takes_the_place_of_lost_records_is_not_trimmed() {
    let mut before = Bed::new();
    before.settings.archive_every = Duration::from_secs(1);
    let router = before.start();
    for id in 0..5 {
        say(&router, "ann", &id.to_string(), "lost").await;
    }
    let thread = router.thread(&address("ann"));
    until(|| async {
        (before.archive.last_sequence(thread).await == Ok(Sequence(10))).then_some(())
    })
    .await;
    assert!(router.stop(Duration::from_secs(60)).await);

    let mut after = Bed::new();
    after.archive = before.archive.clone();
    after.settings.archive_every = Duration::from_secs(1);
    after.settings.keep_per_thread = 1;
    let router = after.start();
    for id in 0..8 {
        say(&router, "ann", &id.to_string(), "new").await;
    }
    entries_of(&router, "ann", 16).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let lines = transcript(&router, "ann").await;
    assert_eq!(lines.len(), 16);
    assert!(
        lines.iter().all(|line| line.ends_with("new")),
        "the archive's lost ones show in their place: {lines:?}"
    );
}

/// Remembers the most that it was told to wait for the archive.
#[derive(Default)]
struct Lag(AtomicU64);

impl Observer for Lag {
    fn archive_lag(&self, records: u64) {
        self.0.fetch_max(records, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_an_archive_that_fails_is_counted() {
    let lag = Arc::new(Lag::default());
    let mut bed = Bed::new();
    bed.archive_fails = true;
    bed.observer = lag.clone();
    let router = bed.start();
    for who in 0..6 {
        say(&router, &who.to_string(), "1", "hello").await;
    }
    until(|| async { (lag.0.load(Ordering::SeqCst) == 6).then_some(()) }).await;
}
