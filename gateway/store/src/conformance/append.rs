//! Accepting: once, in order, with the same answer every time.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Workbench;
use super::samples::{ALL, PARTITION, accepted, message, sealed, thread, unseen};
use crate::ids::{Fingerprint, Offset, PartitionId, Sequence};
use crate::records::{Appended, TranscriptRange};

const AT_THE_SAME_TIME: usize = 32;

pub(super) async fn a_repeat_gets_the_first_answer(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let first = message(1, thread(1));
    let Ok(Appended::Accepted { offset, receipt }) = store.append(PARTITION, first.clone()).await
    else {
        panic!("the first message of an empty store is new");
    };
    assert_eq!(offset, Offset(1), "the first record has offset 1");
    assert_eq!(
        receipt.sequence,
        Some(Sequence(1)),
        "the first entry has sequence 1"
    );
    let mut repeat = first.clone();
    repeat.message_id = message(2, thread(1)).message_id;
    repeat.accepted_at = message(2, thread(1)).accepted_at;
    repeat.event = sealed("sealed anew, so other bytes");
    assert_eq!(
        store.append(PARTITION, repeat).await,
        Ok(Appended::Repeated(receipt)),
        "a repeat gets the receipt of the first time"
    );
    let inbox = store.inbox(PARTITION, Offset(0), ALL).await.expect("inbox");
    assert_eq!(inbox.len(), 1, "a repeat stores nothing");
    assert_eq!(inbox[0].event, first.event);
}

pub(super) async fn one_key_with_two_contents_conflicts(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let first = message(1, thread(1));
    accepted(&store, first.clone()).await;
    let mut other = first;
    other.fingerprint = Fingerprint([0xee; 16]);
    assert_eq!(
        store.append(PARTITION, other).await,
        Ok(Appended::Conflicting)
    );
    let inbox = store.inbox(PARTITION, Offset(0), ALL).await.expect("inbox");
    assert_eq!(inbox.len(), 1, "a conflicting message stores nothing");
}

pub(super) async fn one_key_at_the_same_time_is_kept_once(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let tasks: Vec<_> = (0..AT_THE_SAME_TIME)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.append(PARTITION, message(1, thread(1))).await })
        })
        .collect();
    let mut accepted = 0;
    for task in tasks {
        match task.await.expect("task").expect("append") {
            Appended::Accepted { .. } => accepted += 1,
            Appended::Repeated(receipt) => assert_eq!(receipt.sequence, Some(Sequence(1))),
            Appended::Conflicting => panic!("the contents are the same"),
        }
    }
    assert_eq!(accepted, 1, "one of the racing copies is the first");
    let inbox = store.inbox(PARTITION, Offset(0), ALL).await.expect("inbox");
    assert_eq!(inbox.len(), 1);
}

pub(super) async fn offsets_are_dense(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let tasks: Vec<_> = (0..AT_THE_SAME_TIME as u64)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { accepted(&store, message(number, thread(number % 4))).await })
        })
        .collect();
    let mut offsets = BTreeSet::new();
    for task in tasks {
        offsets.insert(task.await.expect("task").0.0);
    }
    let expected: BTreeSet<_> = (1..=AT_THE_SAME_TIME as u64).collect();
    assert_eq!(offsets, expected, "offsets are 1, 2, 3 … without gaps");
    let inbox = store.inbox(PARTITION, Offset(0), ALL).await.expect("inbox");
    assert!(inbox.iter().map(|record| record.offset.0).eq(expected));
}

pub(super) async fn sequences_are_dense_in_each_thread(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    for number in 0..12 {
        let (_, sequence) = accepted(&store, message(number, thread(number % 3))).await;
        assert_eq!(sequence, Some(Sequence(number / 3 + 1)));
    }
    assert_eq!(
        store.last_sequence(PARTITION, thread(2)).await,
        Ok(Some(Sequence(4)))
    );
    assert_eq!(store.last_sequence(PARTITION, thread(9)).await, Ok(None));
}

pub(super) async fn what_takes_no_sequence_is_not_in_the_transcript(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    accepted(&store, message(1, thread(1))).await;
    let (offset, sequence) = accepted(&store, unseen(2, thread(1))).await;
    assert_eq!((offset, sequence), (Offset(2), None));
    assert_eq!(
        accepted(&store, message(3, thread(1))).await,
        (Offset(3), Some(Sequence(2)))
    );
    let from_start = TranscriptRange::After(Sequence(0));
    let transcript = store
        .transcript(PARTITION, thread(1), from_start, ALL)
        .await
        .expect("transcript");
    assert_eq!(transcript.len(), 2);
    let inbox = store.inbox(PARTITION, Offset(0), ALL).await.expect("inbox");
    assert_eq!(inbox.len(), 3);
    assert_eq!(inbox[1].event, unseen(2, thread(1)).event);
    assert_eq!(inbox[1].sequence, None);
}

pub(super) async fn the_inbox_is_read_in_parts(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    for number in 1..=10 {
        accepted(&store, message(number, thread(number))).await;
    }
    let part = store.inbox(PARTITION, Offset(3), 4).await.expect("inbox");
    let offsets: Vec<_> = part.iter().map(|record| record.offset.0).collect();
    assert_eq!(offsets, [4, 5, 6, 7]);
    let expected = message(4, thread(4));
    assert_eq!(part[0].thread, expected.thread);
    assert_eq!(part[0].message_id, expected.message_id);
    assert_eq!(part[0].accepted_at, expected.accepted_at);
    assert_eq!(part[0].sequence, Some(Sequence(1)));
    assert_eq!(part[0].event, expected.event);
    let end = store.inbox(PARTITION, Offset(10), 4).await;
    assert_eq!(end, Ok(Vec::new()));
}

pub(super) async fn the_transcript_is_read_from_both_sides(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    for number in 1..=10 {
        accepted(&store, message(number, thread(1))).await;
    }
    for (range, expected) in [
        (TranscriptRange::After(Sequence(0)), [1, 2, 3].as_slice()),
        (TranscriptRange::After(Sequence(8)), &[9, 10]),
        (TranscriptRange::After(Sequence(10)), &[]),
        (TranscriptRange::Before(Sequence(u64::MAX)), &[8, 9, 10]),
        (TranscriptRange::Before(Sequence(3)), &[1, 2]),
        (TranscriptRange::Before(Sequence(1)), &[]),
    ] {
        let read = store
            .transcript(PARTITION, thread(1), range, 3)
            .await
            .expect("transcript");
        let sequences: Vec<_> = read.iter().map(|record| record.sequence.0).collect();
        assert_eq!(sequences, expected, "{range:?}");
        for record in read {
            let said = message(record.sequence.0, thread(1));
            assert_eq!(record.event, said.event);
            assert_eq!(record.message_id, said.message_id);
            assert_eq!(record.at, said.accepted_at);
        }
    }
}

pub(super) async fn partitions_do_not_know_each_other(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    accepted(&store, message(1, thread(1))).await;
    let other = PartitionId::customer(8);
    let same_key = store.append(other, message(1, thread(1))).await;
    assert!(
        matches!(same_key, Ok(Appended::Accepted { offset: Offset(1), receipt }) if receipt.sequence == Some(Sequence(1))),
        "a key counts within its partition, got {same_key:?}"
    );
}
