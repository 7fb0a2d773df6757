//! The one step in which everything that a batch decided becomes true.

use super::Workbench;
use super::samples::{
    ALL, PARTITION, accepted, at, batch, batch_id, committed, decision, decision_on_turn, entry,
    everything, message, own, reply, sealed, state, thread, timer,
};
use crate::ids::{Offset, Sequence};
use crate::records::{Commit, Committed, StateWrite, TranscriptRange, Trim};

pub(super) async fn all_of_a_batch_is_kept(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    accepted(&store, message(1, thread(1))).await;
    let commit = Commit {
        states: vec![state(thread(1), "state")],
        transcript: vec![reply(10, thread(1))],
        outbox: vec![entry(1, thread(1), 5), entry(6, thread(2), 6)],
        timers: vec![timer(1, thread(1), 30)],
        journal: vec![decision(1, thread(1))],
        ..batch(fence, 0, 1)
    };
    committed(&store, commit).await;
    assert_eq!(
        store.states(PARTITION, &[thread(1)]).await,
        Ok(vec![Some(sealed("state"))])
    );
    let from_start = TranscriptRange::After(Sequence(0));
    let transcript = store
        .transcript(PARTITION, thread(1), from_start, ALL)
        .await
        .expect("transcript");
    assert_eq!(transcript.len(), 2);
    assert_eq!(transcript[1].message_id, reply(10, thread(1)).message_id);
    assert_eq!(transcript[1].at, reply(10, thread(1)).at);
    assert_eq!(transcript[1].event, reply(10, thread(1)).event);
    assert_eq!(
        store.due_outbox(PARTITION, at(10), ALL).await,
        Ok(vec![entry(1, thread(1), 5), entry(6, thread(2), 6)])
    );
    assert_eq!(store.next_outbox(PARTITION).await, Ok(Some(at(5))));
    assert_eq!(store.next_timer(PARTITION).await, Ok(Some(at(30))));
    assert_eq!(
        store.journal(PARTITION, Offset(0), ALL).await,
        Ok(vec![decision(1, thread(1))])
    );
}

pub(super) async fn sequences_go_on_from_the_appended_ones(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    accepted(&store, message(1, thread(1))).await;
    accepted(&store, message(2, thread(1))).await;
    let commit = Commit {
        transcript: vec![
            reply(10, thread(1)),
            reply(11, thread(2)),
            reply(12, thread(1)),
        ],
        ..batch(fence, 0, 2)
    };
    assert_eq!(
        committed(&store, commit).await,
        [Sequence(3), Sequence(1), Sequence(4)]
    );
    let (_, sequence) = accepted(&store, message(3, thread(1))).await;
    assert_eq!(sequence, Some(Sequence(5)));
}

pub(super) async fn the_same_batch_again_is_recognised(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    accepted(&store, message(1, thread(1))).await;
    let commit = Commit {
        transcript: vec![reply(10, thread(1))],
        outbox: vec![entry(1, thread(1), 5)],
        ..batch(fence, 0, 1)
    };
    committed(&store, commit.clone()).await;
    let before = everything(&store).await;
    assert_eq!(store.commit(commit).await, Ok(Committed::AlreadyCommitted));
    assert_eq!(everything(&store).await, before);
}

pub(super) async fn a_batch_from_elsewhere_conflicts_and_changes_nothing(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    for number in 1..=3 {
        accepted(&store, message(number, thread(1))).await;
    }
    committed(&store, batch(fence, 0, 1)).await;
    let before = everything(&store).await;
    for from in [0, 2] {
        let commit = Commit {
            batch: batch_id(99),
            states: vec![state(thread(1), "wrong")],
            transcript: vec![reply(10, thread(1))],
            outbox: vec![entry(1, thread(1), 5)],
            timers: vec![timer(1, thread(1), 5)],
            journal: vec![decision(3, thread(1))],
            ..batch(fence, from, 3)
        };
        assert_eq!(
            store.commit(commit).await,
            Ok(Committed::Conflict {
                position: Offset(1)
            })
        );
    }
    assert_eq!(everything(&store).await, before);
}

pub(super) async fn a_position_behind_the_tail_conflicts(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    accepted(&store, message(1, thread(1))).await;
    assert_eq!(
        store.commit(batch(fence, 0, 2)).await,
        Ok(Committed::Conflict {
            position: Offset(0)
        })
    );
    committed(&store, batch(fence, 0, 1)).await;
    assert_eq!(
        store.commit(batch(fence, 1, 0)).await,
        Ok(Committed::Conflict {
            position: Offset(1)
        })
    );
}

pub(super) async fn a_batch_may_leave_the_position(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    for (number, text) in [(1, "one"), (2, "two")] {
        let commit = Commit {
            batch: batch_id(number),
            states: vec![state(thread(1), text)],
            ..batch(fence, 0, 0)
        };
        committed(&store, commit).await;
    }
    assert_eq!(
        store.states(PARTITION, &[thread(1)]).await,
        Ok(vec![Some(sealed("two"))])
    );
}

pub(super) async fn states_come_in_the_order_asked(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    let commit = Commit {
        states: vec![state(thread(1), "one"), state(thread(2), "two")],
        ..batch(fence, 0, 0)
    };
    committed(&store, commit).await;
    assert_eq!(
        store
            .states(PARTITION, &[thread(2), thread(3), thread(1)])
            .await,
        Ok(vec![Some(sealed("two")), None, Some(sealed("one"))])
    );
    let commit = Commit {
        batch: batch_id(77),
        states: vec![
            state(thread(1), "one again"),
            StateWrite {
                thread: thread(2),
                state: None,
            },
        ],
        ..batch(fence, 0, 0)
    };
    committed(&store, commit).await;
    assert_eq!(
        store.states(PARTITION, &[thread(1), thread(2)]).await,
        Ok(vec![Some(sealed("one again")), None])
    );
}

pub(super) async fn the_journal_is_read_in_parts(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    for number in 1..=5 {
        accepted(&store, message(number, thread(1))).await;
    }
    let commit = Commit {
        journal: (1..=5)
            .map(|offset| decision(offset, thread(offset)))
            .collect(),
        ..batch(fence, 0, 5)
    };
    committed(&store, commit).await;
    assert_eq!(
        store.journal(PARTITION, Offset(2), 2).await,
        Ok(vec![decision(3, thread(3)), decision(4, thread(4))])
    );
}

pub(super) async fn the_journal_names_every_message_of_a_turn(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    for number in 1..=5 {
        accepted(&store, message(number, thread(1))).await;
    }
    let journal = vec![
        decision_on_turn(1, 3, thread(1)),
        decision(4, thread(1)),
        decision_on_turn(4, 5, thread(2)),
    ];
    let commit = Commit {
        journal: journal.clone(),
        ..batch(fence, 0, 5)
    };
    committed(&store, commit).await;
    assert_eq!(
        store.journal(PARTITION, Offset(0), ALL).await,
        Ok(journal.clone())
    );
    let trim = Trim {
        archived: Offset(3),
        keep_per_thread: 0,
        dedupe_before: at(0),
    };
    assert_eq!(store.trim(PARTITION, fence, trim).await, Ok(Ok(())));
    let store = bench.reopen(store).await;
    assert_eq!(
        store.journal(PARTITION, Offset(0), ALL).await,
        Ok(journal[1..].to_vec())
    );
}
