//! Who is there keeps their conversations, whatever fails; who is gone does not, whatever was set aside.

use std::sync::Arc;
use std::time::Duration;

use signalbox_router::{AGENT_GONE_AFTER, Directory, Environment, OutboxKind, OutboxPage};
use signalbox_sealed::DeploymentKey;
use signalbox_store::{
    FaultSchedule, FaultyStore, LeaseRequest, Leased, MemoryStore, NodeId, Nonce, PartitionId,
};

use crate::bed::{Bed, entries_of, transcript, until};
use crate::desk::{DONE, desk_when, hand_over, request, take};

#[tokio::test(start_paused = true)]
async fn an_outage_of_the_store_takes_nobodys_conversation_away() {
    let store = FaultyStore::new(MemoryStore::new(), FaultSchedule::default());
    let router = Bed::on(Arc::new(store.clone())).start();
    let ann = hand_over(&router, "ann").await;
    assert_eq!(take(&router, "lin", ann, 1).await, DONE);
    entries_of(&router, "ann", 4).await;
    tokio::time::sleep(AGENT_GONE_AFTER / 3).await;
    store.reschedule(FaultSchedule {
        unavailable: 1_000,
        ..FaultSchedule::default()
    });
    for beat in 0..20_u128 {
        let heard = router.agent_seen("lin", request(100 + beat)).await;
        assert!(heard.is_err(), "nobody can be heard");
        tokio::time::sleep(AGENT_GONE_AFTER / 3).await;
    }
    store.reschedule(FaultSchedule::default());
    for beat in 20..40_u128 {
        tokio::time::sleep(AGENT_GONE_AFTER / 3).await;
        router.agent_seen("lin", request(100 + beat)).await.unwrap();
    }
    assert!(
        router
            .desk()
            .await
            .unwrap()
            .case(ann)
            .unwrap()
            .is_held_by("lin")
    );
    assert_eq!(transcript(&router, "ann").await.len(), 4);
    // Her absence counts again.
    desk_when(&router, |desk| desk.waiting().len() == 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_writes_nothing_of_the_desk() {
    let bed = Bed::new();
    let router = bed.start();
    let ann = hand_over(&router, "ann").await;
    assert_eq!(take(&router, "lin", ann, 1).await, DONE);
    let desk = Directory::new(Arc::new(DeploymentKey::from_bytes(&[7; 32])), 1).desk();
    let stored = async || {
        bed.store
            .states(PartitionId::desk(), &[desk])
            .await
            .unwrap()
    };
    let before = stored().await;
    assert!(before[0].is_some());
    for beat in 0..10_u128 {
        tokio::time::sleep(AGENT_GONE_AFTER / 3).await;
        router.agent_seen("lin", request(100 + beat)).await.unwrap();
    }
    assert_eq!(stored().await, before, "sealed anew, it would be another");
    assert!(
        router
            .desk()
            .await
            .unwrap()
            .case(ann)
            .unwrap()
            .is_held_by("lin")
    );
}

#[tokio::test(start_paused = true)]
async fn agents_are_looked_at_again_after_a_look_was_set_aside() {
    let bed = Bed::new();
    let node = NodeId([1; 16]);
    let router = bed.start_as(node);
    let ann = hand_over(&router, "ann").await;
    assert_eq!(take(&router, "lin", ann, 1).await, DONE);
    entries_of(&router, "ann", 4).await;
    assert!(router.stop(Duration::from_secs(60)).await);
    // It ends the process twice as it comes, and twice alone.
    let now = bed.world.now() + AGENT_GONE_AFTER * 2;
    for nonce in 0..4 {
        let request = LeaseRequest {
            node,
            nonce: Nonce([nonce; 16]),
            now: bed.world.now(),
            until: now,
        };
        let lease = bed.store.lease(PartitionId::desk(), request).await.unwrap();
        let Leased::Granted(head) = lease else {
            panic!("it is the node's own")
        };
        if nonce == 0 {
            let fired = bed
                .store
                .fire_timers(PartitionId::desk(), head.fence, now, 10);
            assert_eq!(fired.await.unwrap().unwrap(), 1);
        }
        if nonce > 1 {
            let offset = head.position.next();
            let tried = bed.store.note_try(PartitionId::desk(), head.fence, offset);
            tried.await.unwrap().unwrap();
        }
    }
    let router = bed.start_as(node);
    let page = OutboxPage::default();
    let letters = || router.outbox_list(OutboxKind::Dead, &page);
    until(|| async { (letters().await.unwrap().entries.len() == 1).then_some(()) }).await;
    assert!(
        router
            .desk()
            .await
            .unwrap()
            .case(ann)
            .unwrap()
            .is_held_by("lin")
    );
    desk_when(&router, |desk| desk.waiting().len() == 1).await;
}
