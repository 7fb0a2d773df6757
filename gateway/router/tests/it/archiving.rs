//! What is decided goes to the archive, and only then does the hot store let it go.

use std::time::Duration;

use signalbox_store::{Archive, PartitionId, Sequence, TranscriptRange};

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
async fn the_decision_on_a_turn_is_found_by_its_last_message() {
    let mut bed = Bed::new().gathering();
    bed.settings.archive_every = Duration::from_secs(1);
    let router = bed.start();
    say(&router, "ann", "1", "hello").await;
    let last = say(&router, "ann", "2", "is anybody there?").await;
    until(|| async { bed.archive.decision(last.message_id).await.unwrap() }).await;
}
