//! After a restart: everything that was answered, and the work goes on.

use std::sync::Arc;

use signalbox_sealed::WrappedKey;

use super::Workbench;
use super::samples::{
    PARTITION, accepted, at, batch, batch_id, committed, decision, entry, entry_id, everything,
    granted, message, own, reply, request, sealed, state, thread, timer, unseen,
};
use crate::ids::{Epoch, Offset, Sequence};
use crate::records::{Appended, Commit, Committed, Fence, Leased, Settlement, SettlementOutcome};
use crate::store::Store;

pub(super) async fn everything_answered_is_there(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    a_bit_of_everything(&store).await;
    let before = everything(&store).await;
    let store = bench.reopen(store).await;
    assert_eq!(everything(&store).await, before);
}

pub(super) async fn the_work_goes_on(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = a_bit_of_everything(&store).await;
    let last = Commit {
        batch: batch_id(5),
        ..batch(fence, 1, 2)
    };
    committed(&store, last.clone()).await;
    let store = bench.reopen(store).await;
    assert_eq!(
        store.commit(last).await,
        Ok(Committed::AlreadyCommitted),
        "the fence and the last batch are kept"
    );
    let repeat = store.append(PARTITION, message(1, thread(1))).await;
    assert!(matches!(repeat, Ok(Appended::Repeated(_))), "{repeat:?}");
    assert_eq!(
        store.lease(PARTITION, request(2, 2, 999, 2_000)).await,
        Ok(Leased::Held { until: at(1_000) })
    );
    let head = granted(&store, request(2, 2, 1_000, 2_000)).await;
    assert_eq!(head.fence.epoch, Epoch(2));
    assert_eq!((head.position, head.tail), (Offset(2), Offset(3)));
    assert_eq!(
        accepted(&store, message(50, thread(1))).await,
        (Offset(4), Some(Sequence(3)))
    );
    let commit = Commit {
        transcript: vec![reply(51, thread(1))],
        ..batch(head.fence, 2, 4)
    };
    assert_eq!(committed(&store, commit).await, [Sequence(4)]);
}

async fn a_bit_of_everything(store: &Arc<dyn Store>) -> Fence {
    let fence = own(store).await;
    accepted(store, message(1, thread(1))).await;
    accepted(store, unseen(2, thread(2))).await;
    let commit = Commit {
        states: vec![state(thread(1), "one"), state(thread(2), "two")],
        transcript: vec![reply(10, thread(1))],
        outbox: vec![
            entry(1, thread(1), 5),
            entry(2, thread(1), 6),
            entry(3, thread(2), 7),
            entry(4, thread(3), 8),
        ],
        timers: vec![timer(1, thread(1), 30), timer(2, thread(2), 40)],
        journal: vec![decision(1, thread(1))],
        ..batch(fence, 0, 1)
    };
    committed(store, commit).await;
    for (number, outcome) in [
        (
            3,
            SettlementOutcome::Retry {
                due: at(77),
                counts: true,
            },
        ),
        (
            4,
            SettlementOutcome::DeadLetter {
                reason: "refused".to_owned(),
            },
        ),
    ] {
        let settlement = Settlement {
            id: entry_id(number),
            outcome,
            receipt: None,
        };
        let settled = store.settle(PARTITION, fence, settlement, at(9)).await;
        assert_eq!(settled, Ok(Ok(())));
    }
    let fired = store.fire_timers(PARTITION, fence, at(30), 10).await;
    assert_eq!(fired, Ok(Ok(1)));
    let key = WrappedKey(sealed("key"));
    assert_eq!(
        store.data_key(PARTITION, thread(1), key.clone()).await,
        Ok(key)
    );
    assert_eq!(
        store.home(PARTITION, thread(1), thread(2)).await,
        Ok(thread(2))
    );
    let record = store.replace_deployment_record("active", 0, b"bundle".to_vec());
    assert_eq!(record.await, Ok(true));
    fence
}
