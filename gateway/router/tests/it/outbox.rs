//! What people see of the outboxes, and what they can do about it.

use std::sync::Arc;
use std::time::Duration;

use signalbox_adapters::{Receipt, SendError};
use signalbox_router::{OutboxError, OutboxKind, OutboxPage, Router};
use signalbox_sealed::DataKey;
use signalbox_store::{
    BatchId, Commit, Committed, DeadLetter, EntryId, LeaseRequest, Leased, NodeId, Nonce,
    PartitionId,
};

use crate::bed::{Bed, ToldAdapter, entries_of, say};
use crate::deliveries::nothing_waits;

fn refusing(times: usize) -> Arc<ToldAdapter> {
    ToldAdapter::new((0..times).map(|_| -> Result<Receipt, _> {
        Err(SendError::Refused {
            code: Some(550),
            reason: "no",
        })
    }))
}

fn bed(adapter: &Arc<ToldAdapter>) -> Bed {
    let mut bed = Bed::new().pushing(adapter);
    bed.settings.customer_partitions = 1;
    bed
}

async fn dead(router: &Router, page: OutboxPage) -> signalbox_router::OutboxList {
    router.outbox_list(OutboxKind::Dead, &page).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_page_by_page() {
    let adapter = refusing(5);
    let bed = bed(&adapter);
    let router = bed.start();
    for id in 1..=5 {
        say(&router, &format!("user:{id}"), "1", "hello").await;
        entries_of(&router, &format!("user:{id}"), 2).await;
        nothing_waits(&bed).await;
    }
    let all = dead(&router, OutboxPage::default()).await;
    assert_eq!((all.entries.len(), all.is_cut, all.next), (5, false, None));
    let (mut after, mut read) = (None, Vec::new());
    for count in [2, 2, 1] {
        let page = dead(&router, OutboxPage { after, limit: 2 }).await;
        assert_eq!(page.entries.len(), count);
        assert_eq!(page.next.is_some(), page.is_cut);
        read.extend(page.entries);
        after = page.next;
    }
    assert_eq!(after, None);
    assert_eq!(read, all.entries);
    let nowhere = OutboxPage {
        after: Some("yesterday".into()),
        limit: 2,
    };
    let refused = router.outbox_list(OutboxKind::Dead, &nowhere).await;
    assert_eq!(refused, Err(OutboxError::NoPage("yesterday".into())));
}

#[tokio::test(start_paused = true)]
async fn what_the_bot_said_before_the_word_passed_is_not_said_to_go_out() {
    let adapter = refusing(1);
    let bed = bed(&adapter);
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    entries_of(&router, "ann", 2).await;
    nothing_waits(&bed).await;
    say(&router, "ann", "2", "human").await;
    entries_of(&router, "ann", 5).await;
    nothing_waits(&bed).await;
    let letter = dead(&router, OutboxPage::default()).await.entries[0]
        .id
        .clone();
    let retried = router.retry_dead_letter(&letter).await;
    assert_eq!(retried, Err(OutboxError::WordPassed(letter.clone())));
    assert_eq!(adapter.texts(), ["echo: one", "somebody will come"]);
    assert_eq!(
        dead(&router, OutboxPage::default()).await.entries.len(),
        1,
        "it is still there"
    );
    router.discard_dead_letter(&letter).await.unwrap();
    assert_eq!(dead(&router, OutboxPage::default()).await.entries, []);
}

/// Keeps a letter of whoever the first one is of, which nobody's key opens.
async fn damage(bed: &Bed) {
    let partition = PartitionId::customer(0);
    let letters = bed.store.dead_letters(partition, 1).await.unwrap();
    let Some(letter) = letters.into_iter().next() else {
        panic!("there is a letter")
    };
    let request = LeaseRequest {
        node: NodeId([9; 16]),
        nonce: Nonce([9; 16]),
        now: letter.at,
        until: letter.at,
    };
    let Leased::Granted(head) = bed.store.lease(partition, request).await.unwrap() else {
        panic!("the router has given its partitions up")
    };
    let mut entry = letter.entry;
    entry.id = EntryId([0xee; 16]);
    entry.payload = DataKey::from_bytes([1; 32]).seal(b"test", b"words", [2; 24]);
    let commit = Commit {
        partition,
        fence: head.fence,
        from: head.position,
        to: head.position,
        batch: BatchId([9; 16]),
        states: Vec::new(),
        transcript: Vec::new(),
        outbox: Vec::new(),
        withdrawn: Vec::new(),
        timers: Vec::new(),
        journal: Vec::new(),
        set_aside: vec![DeadLetter { entry, ..letter }],
    };
    let committed = bed.store.commit(commit).await.unwrap();
    assert!(matches!(committed, Committed::Committed { .. }));
    bed.store
        .release(partition, head.fence)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_damaged_entry_is_shown_as_such_and_hides_no_other() {
    let adapter = refusing(1);
    let bed = bed(&adapter);
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    entries_of(&router, "ann", 2).await;
    nothing_waits(&bed).await;
    assert!(router.stop(Duration::from_secs(10)).await);
    damage(&bed).await;
    let router = bed.start();
    entries_of(&router, "ann", 2).await;
    let list = dead(&router, OutboxPage::default()).await;
    let ways: Vec<_> = list.entries.iter().map(|entry| &*entry.to).collect();
    assert_eq!(ways, ["webchat", "damaged"], "{list:?}");
    let shown = router.outbox_item(OutboxKind::Dead, "ee").await.unwrap();
    assert_eq!((&*shown.to, shown.text), ("damaged", None));
    // Once the partition is owned again.
    tokio::time::sleep(Duration::from_secs(60)).await;
    let retried = router.retry_dead_letter("ee").await;
    assert_eq!(
        retried,
        Err(OutboxError::Unreadable("ee".into())),
        "it would stop its partition"
    );
    router.discard_dead_letter("ee").await.unwrap();
}
