//! Timers become events: once, never early.

use std::sync::Arc;

use super::Workbench;
use super::samples::{
    ALL, PARTITION, accepted, at, batch, batch_id, committed, message, own, sealed, thread, timer,
    timer_id,
};
use crate::ids::{Offset, Sequence};
use crate::records::{Commit, Fence, TimerWrite};
use crate::store::Store;

pub(super) async fn a_timer_fires_once_and_never_early(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    accepted(&store, message(1, thread(1))).await;
    set(&store, fence, 1, vec![timer(1, thread(2), 30)]).await;
    assert_eq!(fire(&store, fence, 29, 10).await, 0, "never early");
    assert_eq!(fire(&store, fence, 31, 10).await, 1);
    assert_eq!(fire(&store, fence, 32, 10).await, 0, "once");
    assert_eq!(store.next_timer(PARTITION).await, Ok(None));
    let inbox = store.inbox(PARTITION, Offset(1), ALL).await.expect("inbox");
    assert_eq!(inbox.len(), 1);
    assert_eq!(inbox[0].offset, Offset(2));
    assert_eq!(inbox[0].thread, thread(2));
    assert_eq!(inbox[0].sequence, None, "a timer is not in the transcript");
    assert_eq!(inbox[0].accepted_at, at(31), "log time");
    assert_eq!(inbox[0].message_id, timer_id(1).fired_at(Offset(2)));
    assert_eq!(inbox[0].event, sealed("timer 1"));
    let (offset, sequence) = accepted(&store, message(2, thread(2))).await;
    assert_eq!((offset, sequence), (Offset(3), Some(Sequence(1))));
}

pub(super) async fn a_timer_that_is_set_again_moves(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    set(&store, fence, 1, vec![timer(1, thread(1), 30)]).await;
    set(&store, fence, 2, vec![timer(1, thread(1), 50)]).await;
    assert_eq!(store.next_timer(PARTITION).await, Ok(Some(at(50))));
    assert_eq!(fire(&store, fence, 40, 10).await, 0);
    set(&store, fence, 3, vec![timer(1, thread(1), 20)]).await;
    assert_eq!(fire(&store, fence, 40, 10).await, 1);
    assert_eq!(fire(&store, fence, 60, 10).await, 0);
}

pub(super) async fn a_cancelled_timer_does_not_fire(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    let two = vec![timer(1, thread(1), 30), timer(2, thread(1), 40)];
    set(&store, fence, 1, two).await;
    let cancel = vec![
        TimerWrite::Cancel { id: timer_id(1) },
        TimerWrite::Cancel { id: timer_id(9) },
    ];
    set(&store, fence, 2, cancel).await;
    assert_eq!(store.next_timer(PARTITION).await, Ok(Some(at(40))));
    assert_eq!(fire(&store, fence, 100, 10).await, 1);
}

pub(super) async fn the_soonest_fire_first(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    let timers = [(1, 30), (2, 10), (3, 20)]
        .map(|(number, due)| timer(number, thread(number), due))
        .to_vec();
    set(&store, fence, 1, timers).await;
    assert_eq!(fire(&store, fence, 100, 2).await, 2);
    let inbox = store.inbox(PARTITION, Offset(0), ALL).await.expect("inbox");
    let threads: Vec<_> = inbox.iter().map(|record| record.thread).collect();
    assert_eq!(threads, [thread(2), thread(3)]);
    assert_eq!(store.next_timer(PARTITION).await, Ok(Some(at(30))));
    assert_eq!(fire(&store, fence, 100, 2).await, 1);
}

pub(super) async fn a_timer_set_again_after_firing_fires_again(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    for batch in 1..=2 {
        set(&store, fence, batch, vec![timer(1, thread(1), 30)]).await;
        assert_eq!(fire(&store, fence, 30, 10).await, 1);
    }
    let inbox = store.inbox(PARTITION, Offset(0), ALL).await.expect("inbox");
    assert_eq!(inbox.len(), 2);
    assert_ne!(inbox[0].message_id, inbox[1].message_id);
}

async fn set(store: &Arc<dyn Store>, fence: Fence, number: u64, timers: Vec<TimerWrite>) {
    let commit = Commit {
        batch: batch_id(number),
        timers,
        ..batch(fence, 0, 0)
    };
    committed(store, commit).await;
}

async fn fire(store: &Arc<dyn Store>, fence: Fence, now: i64, limit: usize) -> usize {
    let fired = store.fire_timers(PARTITION, fence, at(now), limit).await;
    fired.expect("fire").expect("the fence is current")
}
