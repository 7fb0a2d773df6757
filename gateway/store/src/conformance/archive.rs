//! What makes an archive an archive.

use std::sync::Arc;

use super::samples::{PARTITION, at, message_id, sealed, thread};
use crate::archive::{Archive, ArchiveBatch, ArchivedDecision, ArchivedEvent, DecidedWith};
use crate::ids::{Offset, Sequence};

/// Runs all promises of an archive on an empty one.
///
/// # Panics
/// If the archive breaks a promise.
pub async fn archive(archive: Arc<dyn Archive>) {
    assert_eq!(archive.cursor(PARTITION).await, Ok(Offset(0)));
    assert_eq!(archive.last_sequence(thread(1)).await, Ok(Sequence(0)));
    let first = batch(5, 1..=3);
    for _ in 0..2 {
        archive.keep(first.clone()).await.expect("keep");
    }
    // Overlaps with what is there, as after a crash between keeping and trimming.
    archive.keep(batch(9, 2..=6)).await.expect("keep");
    archive.keep(first).await.expect("keep");
    assert_eq!(
        archive.cursor(PARTITION).await,
        Ok(Offset(9)),
        "a late copy does not move the cursor back"
    );
    assert_eq!(archive.last_sequence(thread(1)).await, Ok(Sequence(6)));
    assert_eq!(archive.last_sequence(thread(2)).await, Ok(Sequence(0)));
    assert_eq!(
        archive
            .transcript_before(thread(1), Sequence(6), 2)
            .await
            .expect("transcript"),
        [event(4), event(5)]
    );
    assert_eq!(
        archive
            .transcript_before(thread(1), Sequence(u64::MAX), 100)
            .await
            .expect("transcript"),
        (1..=6).map(event).collect::<Vec<_>>(),
        "each entry once"
    );
    assert_eq!(archive.decision(message_id(3)).await, Ok(Some(decision(3))));
    assert_eq!(archive.decision(message_id(77)).await, Ok(None));
    every_message_of_a_turn_finds_its_decision(&*archive).await;
    a_message_that_was_decided_again_has_both(&*archive).await;
}

/// As one that was set aside and given back is.
async fn a_message_that_was_decided_again_has_both(archive: &dyn Archive) {
    let at = |offset| ArchivedDecision {
        message_id: message_id(30),
        ..decision(offset)
    };
    for offset in [30, 31] {
        let batch = ArchiveBatch {
            events: Vec::new(),
            decisions: vec![at(offset)],
            ..batch(offset, 0..=0)
        };
        archive.keep(batch).await.expect("keep");
    }
    let message = message_id(30);
    assert_eq!(archive.decision(message).await, Ok(Some(at(31))));
    for offset in [30, 31] {
        assert_eq!(
            archive.decision_at(message, Offset(offset)).await,
            Ok(Some(at(offset)))
        );
    }
    assert_eq!(archive.decision_at(message, Offset(32)).await, Ok(None));
}

async fn every_message_of_a_turn_finds_its_decision(archive: &dyn Archive) {
    let with = |number, last| DecidedWith {
        message_id: message_id(number),
        last: message_id(last),
    };
    let turn = ArchiveBatch {
        events: Vec::new(),
        decided_with: vec![with(10, 12), with(11, 12)],
        ..batch(12, 12..=13)
    };
    for _ in 0..2 {
        archive.keep(turn.clone()).await.expect("keep");
    }
    // What the archive has already stays, and a message's own decision comes before another's.
    let other = ArchiveBatch {
        decided_with: vec![with(10, 13), with(13, 12)],
        ..batch(13, 13..=13)
    };
    archive.keep(other).await.expect("keep");
    for (number, decided) in [(10, 12), (11, 12), (12, 12), (13, 13)] {
        assert_eq!(
            archive.decision(message_id(number)).await,
            Ok(Some(decision(decided))),
            "message {number}"
        );
    }
    let lost = ArchiveBatch {
        decided_with: vec![with(20, 21)],
        ..batch(14, 14..=14)
    };
    archive.keep(lost).await.expect("keep");
    assert_eq!(archive.decision(message_id(20)).await, Ok(None));
}

fn batch(cursor: u64, numbers: std::ops::RangeInclusive<u64>) -> ArchiveBatch {
    ArchiveBatch {
        partition: PARTITION,
        cursor: Offset(cursor),
        events: numbers.clone().map(event).collect(),
        decisions: numbers.map(decision).collect(),
        decided_with: Vec::new(),
    }
}

fn event(number: u64) -> ArchivedEvent {
    ArchivedEvent {
        thread: thread(1),
        sequence: Sequence(number),
        message_id: message_id(number),
        at: at(number as i64),
        event: sealed(&format!("message {number}")),
    }
}

fn decision(number: u64) -> ArchivedDecision {
    ArchivedDecision {
        thread: thread(1),
        message_id: message_id(number),
        offset: Offset(number),
        record: sealed(&format!("decision {number}")),
    }
}
