//! One owner at a time, and a fence that holds whatever the owner believes.

use std::sync::Arc;

use super::Workbench;
use super::samples::{
    PARTITION, accepted, at, batch, committed, decision, entry, entry_id, everything, granted,
    message, own, reply, request, state, thread, timer,
};
use crate::ids::{Epoch, Nonce, Offset};
use crate::records::{
    Commit, Committed, DeadLetterBounds, DeadLetterVerdict, Fence, Fenced, Leased, Settlement,
    SettlementOutcome, Trim,
};
use crate::store::Store;

pub(super) async fn a_lease_excludes_others_until_it_runs_out(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let first = granted(&store, request(1, 1, 0, 10)).await;
    assert_eq!(first.fence.epoch, Epoch(1), "the first owner has epoch 1");
    assert_eq!(
        store.lease(PARTITION, request(2, 2, 9, 19)).await,
        Ok(Leased::Held { until: at(10) })
    );
    let second = granted(&store, request(2, 2, 10, 20)).await;
    assert_eq!(second.fence.epoch, Epoch(2));
    assert_eq!(second.fence.nonce, request(2, 2, 0, 0).nonce);
    assert_eq!(
        store.lease(PARTITION, request(1, 3, 11, 21)).await,
        Ok(Leased::Held { until: at(20) })
    );
}

pub(super) async fn a_lease_asked_for_again_gets_a_new_epoch(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let first = granted(&store, request(1, 1, 0, 10)).await;
    let again = granted(&store, request(1, 2, 1, 11)).await;
    assert_eq!(again.fence.epoch, Epoch(2));
    assert_eq!(
        store.renew(PARTITION, first.fence, at(20)).await,
        Ok(Err(Fenced)),
        "the older fence of the same node is void"
    );
}

pub(super) async fn a_renewed_lease_runs_longer(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let head = granted(&store, request(1, 1, 0, 10)).await;
    assert_eq!(store.renew(PARTITION, head.fence, at(30)).await, Ok(Ok(())));
    assert_eq!(
        store.lease(PARTITION, request(2, 2, 29, 40)).await,
        Ok(Leased::Held { until: at(30) })
    );
}

pub(super) async fn a_released_partition_is_free_at_once(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let first = granted(&store, request(1, 1, 0, 10)).await;
    assert_eq!(store.release(PARTITION, first.fence).await, Ok(Ok(())));
    assert_eq!(
        store.commit(batch(first.fence, 0, 0)).await,
        Ok(Committed::Fenced),
        "a released fence is void"
    );
    let second = granted(&store, request(2, 2, 1, 11)).await;
    assert_eq!(second.fence.epoch, Epoch(2));
}

pub(super) async fn a_stale_fence_changes_nothing(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let stale = granted(&store, request(1, 1, 0, 10)).await.fence;
    let current = granted(&store, request(2, 2, 10, 20)).await.fence;
    accepted(&store, message(1, thread(1))).await;
    committed(
        &store,
        Commit {
            outbox: vec![entry(1, thread(1), 5)],
            timers: vec![timer(1, thread(1), 5)],
            ..batch(current, 0, 1)
        },
    )
    .await;
    let before = everything(&store).await;
    assert_all_fenced(&store, stale).await;
    assert_eq!(everything(&store).await, before);
}

pub(super) async fn the_nonce_is_part_of_the_fence(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    accepted(&store, message(1, thread(1))).await;
    let before = everything(&store).await;
    let forged = Fence {
        nonce: Nonce([0xab; 16]),
        ..fence
    };
    assert_all_fenced(&store, forged).await;
    assert_eq!(everything(&store).await, before);
}

pub(super) async fn the_head_tells_position_and_tail(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let head = granted(&store, request(1, 1, 0, 10)).await;
    assert_eq!((head.position, head.tail), (Offset(0), Offset(0)));
    for number in 1..=3 {
        accepted(&store, message(number, thread(1))).await;
    }
    committed(&store, batch(head.fence, 0, 2)).await;
    let head = granted(&store, request(2, 2, 10, 20)).await;
    assert_eq!((head.position, head.tail), (Offset(2), Offset(3)));
}

pub(super) async fn ends_without_order_are_counted_where_they_happen(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let mut nonce = 0;
    let mut take = async || {
        nonce += 1;
        granted(&store, request(1, nonce, 0, 1_000)).await
    };
    assert_eq!(take().await.ended_here, 0, "nobody was there before");
    assert_eq!(take().await.ended_here, 0, "nothing waited");
    for number in 1..=3 {
        accepted(&store, message(number, thread(1))).await;
    }
    assert_eq!(take().await.ended_here, 1);
    assert_eq!(take().await.ended_here, 2);
    let head = take().await;
    assert_eq!(head.ended_here, 3);
    committed(&store, batch(head.fence, 0, 1)).await;
    assert_eq!(take().await.ended_here, 1, "it has moved on in between");
    let head = take().await;
    assert_eq!(head.ended_here, 2);
    assert_eq!(store.release(PARTITION, head.fence).await, Ok(Ok(())));
    assert_eq!(take().await.ended_here, 0, "the last one ended in order");
    assert_eq!(take().await.ended_here, 1);
}

pub(super) async fn tries_of_a_record_are_counted(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    accepted(&store, message(1, thread(1))).await;
    let note = async |fence, offset| store.note_try(PARTITION, fence, Offset(offset)).await;
    for _ in 0..2 {
        assert_eq!(note(fence, 7).await, Ok(Ok(0)), "once for each owner");
    }
    for (owner, before) in [(2, 1), (3, 2)] {
        let fence = granted(&store, request(1, owner, 0, 1_000)).await.fence;
        for _ in 0..2 {
            assert_eq!(note(fence, 7).await, Ok(Ok(before)));
        }
    }
    let fence = granted(&store, request(1, 4, 0, 1_000)).await.fence;
    assert_eq!(note(fence, 8).await, Ok(Ok(0)));
    assert_eq!(note(fence, 7).await, Ok(Ok(0)), "the last record only");
}

/// Every write of an owner, under a fence that is not the current one.
async fn assert_all_fenced(store: &Arc<dyn Store>, fence: Fence) {
    let commit = Commit {
        states: vec![state(thread(1), "of a stale owner")],
        transcript: vec![reply(90, thread(1))],
        outbox: vec![entry(90, thread(2), 0)],
        withdrawn: vec![entry_id(1)],
        timers: vec![timer(90, thread(1), 1)],
        journal: vec![decision(1, thread(1))],
        ..batch(fence, 0, 1)
    };
    assert_eq!(store.commit(commit).await, Ok(Committed::Fenced));
    assert_eq!(
        store.fire_timers(PARTITION, fence, at(100), 10).await,
        Ok(Err(Fenced))
    );
    assert_eq!(
        store.renew(PARTITION, fence, at(1_000)).await,
        Ok(Err(Fenced))
    );
    assert_eq!(store.release(PARTITION, fence).await, Ok(Err(Fenced)));
    let settlement = Settlement {
        id: entry_id(1),
        outcome: SettlementOutcome::Done,
        receipt: Some(message(91, thread(1))),
    };
    assert_eq!(
        store.settle(PARTITION, fence, settlement, at(100)).await,
        Ok(Err(Fenced))
    );
    assert_eq!(
        store.note_try(PARTITION, fence, Offset(1)).await,
        Ok(Err(Fenced))
    );
    let discard = DeadLetterVerdict::Discard;
    assert_eq!(
        store
            .settle_dead_letter(PARTITION, fence, entry_id(1), discard)
            .await,
        Ok(Err(Fenced))
    );
    let bounds = DeadLetterBounds {
        at_most: 0,
        since: at(1_000),
    };
    assert_eq!(
        store.trim_dead_letters(PARTITION, fence, bounds).await,
        Ok(Err(Fenced))
    );
    let trim = Trim {
        archived: Offset(1),
        keep_per_thread: 0,
        dedupe_before: at(1_000),
    };
    assert_eq!(store.trim(PARTITION, fence, trim).await, Ok(Err(Fenced)));
}
