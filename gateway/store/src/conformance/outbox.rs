//! What leaves: in lines of threads, until its outcome is known.

use std::sync::Arc;

use super::Workbench;
use super::samples::{
    ALL, PARTITION, accepted, at, batch, batch_id, committed, entry, entry_id, message, own,
    thread, unseen,
};
use crate::ids::{EntryId, Offset};
use crate::records::{Commit, DeadLetter, Fence, OutboxEntry, Settlement, SettlementOutcome};
use crate::store::Store;

pub(super) async fn a_line_leaves_in_order(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    // The second is due sooner than the first: it has to wait all the same.
    send(
        &store,
        fence,
        vec![entry(1, thread(1), 50), entry(2, thread(1), 5)],
    )
    .await;
    assert_eq!(due(&store, 49).await, []);
    assert_eq!(store.next_outbox(PARTITION).await, Ok(Some(at(50))));
    assert_eq!(due(&store, 50).await, [entry_id(1)]);
    assert_eq!(
        due(&store, 50).await,
        [entry_id(1)],
        "reading claims nothing"
    );
    settle(&store, fence, 1, SettlementOutcome::Done).await;
    assert_eq!(due(&store, 50).await, [entry_id(2)]);
    settle(&store, fence, 2, SettlementOutcome::Done).await;
    assert_eq!(due(&store, 50).await, []);
    assert_eq!(store.next_outbox(PARTITION).await, Ok(None));
    settle(&store, fence, 2, SettlementOutcome::Done).await;
}

pub(super) async fn a_blocked_head_holds_only_its_own_thread(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    let three = vec![
        entry(1, thread(1), 10),
        entry(2, thread(1), 10),
        entry(3, thread(2), 10),
    ];
    send(&store, fence, three).await;
    let later = SettlementOutcome::Retry {
        due: at(500),
        counts: true,
    };
    settle(&store, fence, 1, later).await;
    assert_eq!(due(&store, 20).await, [entry_id(3)]);
    assert_eq!(due(&store, 500).await, [entry_id(3), entry_id(1)]);
}

pub(super) async fn a_retry_is_counted_and_waits(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    send(&store, fence, vec![entry(1, thread(1), 10)]).await;
    for attempt in 1..=3 {
        let again = at(10 + 10 * attempt);
        settle(
            &store,
            fence,
            1,
            SettlementOutcome::Retry {
                due: again,
                counts: true,
            },
        )
        .await;
        let expected = OutboxEntry {
            attempts: u32::try_from(attempt).expect("small"),
            due: again,
            ..entry(1, thread(1), 10)
        };
        assert_eq!(
            store.due_outbox(PARTITION, again, ALL).await,
            Ok(vec![expected])
        );
        assert_eq!(store.next_outbox(PARTITION).await, Ok(Some(again)));
    }
}

pub(super) async fn a_dead_letter_frees_its_line(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    send(
        &store,
        fence,
        vec![entry(3, thread(1), 10), entry(2, thread(1), 10)],
    )
    .await;
    let refused = |reason: &str| SettlementOutcome::DeadLetter {
        reason: reason.to_owned(),
    };
    settle(&store, fence, 3, refused("the platform refused it")).await;
    assert_eq!(due(&store, 10).await, [entry_id(2)]);
    settle(&store, fence, 3, refused("a late copy")).await;
    settle(&store, fence, 2, refused("this one too")).await;
    let letter = |number, reason: &str| DeadLetter {
        entry: entry(number, thread(1), 10),
        reason: reason.to_owned(),
        at: at(100),
    };
    assert_eq!(
        store.dead_letters(PARTITION, ALL).await,
        Ok(vec![
            letter(3, "the platform refused it"),
            letter(2, "this one too")
        ])
    );
    let first = store.dead_letters(PARTITION, 1).await.expect("letters");
    assert_eq!(first.len(), 1);
}

pub(super) async fn a_receipt_is_an_event_once(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    accepted(&store, message(1, thread(1))).await;
    send(&store, fence, vec![entry(1, thread(1), 10)]).await;
    for _ in 0..2 {
        let settlement = Settlement {
            id: entry_id(1),
            outcome: SettlementOutcome::Done,
            receipt: Some(unseen(20, thread(1))),
        };
        let settled = store.settle(PARTITION, fence, settlement, at(100)).await;
        assert_eq!(settled, Ok(Ok(())));
    }
    let inbox = store.inbox(PARTITION, Offset(1), ALL).await.expect("inbox");
    assert_eq!(
        inbox.len(),
        1,
        "the receipt of a repeated settlement is one"
    );
    assert_eq!(inbox[0].message_id, unseen(20, thread(1)).message_id);
}

pub(super) async fn a_withdrawn_entry_does_not_leave(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    send(
        &store,
        fence,
        vec![entry(1, thread(1), 10), entry(2, thread(1), 10)],
    )
    .await;
    let commit = Commit {
        batch: batch_id(70),
        outbox: vec![entry(4, thread(2), 10)],
        withdrawn: vec![entry_id(1), entry_id(4), entry_id(55)],
        ..batch(fence, 0, 0)
    };
    committed(&store, commit).await;
    assert_eq!(due(&store, 10).await, [entry_id(2)]);
}

pub(super) async fn the_limit_holds(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    let entries = (1..=9)
        .map(|number| entry(number, thread(number), 100 - number as i64))
        .collect();
    send(&store, fence, entries).await;
    let first = store
        .due_outbox(PARTITION, at(200), 3)
        .await
        .expect("outbox");
    let ids: Vec<_> = first.iter().map(|entry| entry.id).collect();
    assert_eq!(
        ids,
        [entry_id(9), entry_id(8), entry_id(7)],
        "the longest due come first"
    );
}

async fn send(store: &Arc<dyn Store>, fence: Fence, outbox: Vec<OutboxEntry>) {
    let commit = Commit {
        outbox,
        ..batch(fence, 0, 0)
    };
    committed(store, commit).await;
}

async fn due(store: &Arc<dyn Store>, now: i64) -> Vec<EntryId> {
    let entries = store.due_outbox(PARTITION, at(now), ALL).await;
    let entries = entries.expect("outbox");
    entries.iter().map(|entry| entry.id).collect()
}

async fn settle(store: &Arc<dyn Store>, fence: Fence, number: u64, outcome: SettlementOutcome) {
    let settlement = Settlement {
        id: entry_id(number),
        outcome,
        receipt: None,
    };
    let settled = store.settle(PARTITION, fence, settlement, at(100)).await;
    assert_eq!(settled, Ok(Ok(())));
}
