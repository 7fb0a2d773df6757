//! Two threads of one person learn of each other, each in its own partition.

use signalbox_adapters::{Inbound, InboundBody, Profile};
use signalbox_store::{Offset, PartitionId};

use crate::bed::{Bed, PARTITIONS, address, say, until};

#[tokio::test(start_paused = true)]
async fn a_link_reaches_both_partitions_once() {
    let mut bed = Bed::new();
    // The inbox is counted here, so nothing may be trimmed meanwhile.
    bed.settings.archive_every = std::time::Duration::from_secs(24 * 3_600);
    let router = bed.start();
    say(&router, "visitor", "1", "hello").await;
    let linked = Inbound {
        address: address("user"),
        id: "login-1".into(),
        body: InboundBody::Linked(address("visitor")),
        profile: Profile::default(),
    };
    let first = router.accept(linked.clone()).await.unwrap();
    assert_eq!(
        first.sequence, None,
        "a link is nothing that customers read"
    );
    assert!(router.accept(linked).await.unwrap().repeated);
    // The login, its forward to the visitor's partition, and the forward's forward, which tells nothing new.
    let records = || async {
        let mut count = 0;
        for number in 0..PARTITIONS {
            count += bed
                .store
                .inbox(PartitionId::customer(number), Offset(0), 100)
                .await
                .unwrap()
                .len();
        }
        count
    };
    until(|| async {
        let mut waiting = false;
        for number in 0..PARTITIONS {
            waiting |= bed
                .store
                .next_outbox(PartitionId::customer(number))
                .await
                .unwrap()
                .is_some();
        }
        (records().await >= 4 && !waiting).then_some(())
    })
    .await;
    assert_eq!(records().await, 4);
    let thread = router.thread(&address("visitor"));
    let mut states = 0;
    for number in 0..PARTITIONS {
        states += bed
            .store
            .states(PartitionId::customer(number), &[thread])
            .await
            .unwrap()
            .into_iter()
            .flatten()
            .count();
    }
    assert_eq!(states, 1, "the visitor's state is in one partition only");
}
