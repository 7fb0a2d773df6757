//! What did not leave: kept until a person decides, or until there is too much of it.

use std::sync::Arc;

use super::Workbench;
use super::samples::{
    ALL, PARTITION, accepted, at, batch, batch_id, committed, entry, entry_id, message, own, thread,
};
use crate::ids::EntryId;
use crate::records::{
    Commit, DeadLetter, DeadLetterBounds, DeadLetterVerdict, Fence, OutboxEntry, Settlement,
    SettlementOutcome,
};
use crate::store::Store;

pub(super) async fn a_retried_one_goes_to_the_end_of_its_line(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    let tired = OutboxEntry {
        attempts: 7,
        ..entry(3, thread(1), 10)
    };
    send(&store, fence, vec![tired, entry(2, thread(1), 10)]).await;
    give_up(&store, fence, 3, 100).await;
    let verdict = DeadLetterVerdict::Retry {
        due: at(200),
        not_after: None,
    };
    assert_eq!(settle(&store, fence, 3, verdict).await, Ok(true));
    assert_eq!(settle(&store, fence, 3, verdict).await, Ok(false), "once");
    assert_eq!(letters(&store).await, []);
    let again = OutboxEntry {
        due: at(200),
        not_after: None,
        ..entry(3, thread(1), 10)
    };
    assert_eq!(
        store.outbox(PARTITION, ALL).await,
        Ok(vec![entry(2, thread(1), 10), again.clone()]),
        "under its old key, with all attempts before it"
    );
    assert_eq!(
        store
            .due_outbox(PARTITION, at(500), ALL)
            .await
            .expect("outbox")
            .len(),
        1
    );
    let done = SettlementOutcome::Done;
    outcome(&store, fence, 2, done, 300).await;
    assert_eq!(
        store.due_outbox(PARTITION, at(500), ALL).await,
        Ok(vec![again])
    );
}

pub(super) async fn a_discarded_one_is_gone(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    send(
        &store,
        fence,
        vec![entry(1, thread(1), 10), entry(2, thread(2), 10)],
    )
    .await;
    give_up(&store, fence, 1, 100).await;
    give_up(&store, fence, 2, 100).await;
    let discard = DeadLetterVerdict::Discard;
    assert_eq!(settle(&store, fence, 55, discard).await, Ok(false));
    assert_eq!(settle(&store, fence, 1, discard).await, Ok(true));
    assert_eq!(letters(&store).await, [entry_id(2)]);
    assert_eq!(store.outbox(PARTITION, ALL).await, Ok(Vec::new()));
}

pub(super) async fn the_oldest_go_first(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    let entries = (1..=6).map(|number| entry(number, thread(number), 10));
    send(&store, fence, entries.collect()).await;
    for number in 1..=6 {
        give_up(&store, fence, number, 100 + number as i64).await;
    }
    assert_eq!(trim(&store, fence, 10, 0).await, Ok(0));
    assert_eq!(trim(&store, fence, 4, 0).await, Ok(2));
    assert_eq!(letters(&store).await, [3, 4, 5, 6].map(entry_id));
    assert_eq!(
        trim(&store, fence, 10, 105).await,
        Ok(2),
        "those since then stay"
    );
    assert_eq!(letters(&store).await, [5, 6].map(entry_id));
    assert_eq!(
        trim(&store, fence, 1, 106).await,
        Ok(1),
        "each is counted once"
    );
    assert_eq!(trim(&store, fence, 10, 1_000).await, Ok(1));
    assert_eq!(trim(&store, fence, 0, 1_000).await, Ok(0));
    assert_eq!(letters(&store).await, []);
}

pub(super) async fn what_is_set_aside_comes_with_its_batch(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    accepted(&store, message(1, thread(1))).await;
    let letter = DeadLetter {
        entry: entry(1, thread(1), 50),
        reason: "nobody can handle it".to_owned(),
        at: at(60),
    };
    let commit = Commit {
        set_aside: vec![letter.clone()],
        ..batch(fence, 0, 1)
    };
    committed(&store, commit).await;
    assert_eq!(store.dead_letters(PARTITION, ALL).await, Ok(vec![letter]));
    assert_eq!(store.next_outbox(PARTITION).await, Ok(None));
    let verdict = DeadLetterVerdict::Retry {
        due: at(70),
        not_after: None,
    };
    assert_eq!(settle(&store, fence, 1, verdict).await, Ok(true));
    assert_eq!(store.next_outbox(PARTITION).await, Ok(Some(at(70))));
}

async fn send(store: &Arc<dyn Store>, fence: Fence, outbox: Vec<OutboxEntry>) {
    let commit = Commit {
        outbox,
        batch: batch_id(80),
        ..batch(fence, 0, 0)
    };
    committed(store, commit).await;
}

async fn give_up(store: &Arc<dyn Store>, fence: Fence, number: u64, now: i64) {
    let dead = SettlementOutcome::DeadLetter {
        reason: "the platform refused it".to_owned(),
    };
    outcome(store, fence, number, dead, now).await;
}

async fn outcome(
    store: &Arc<dyn Store>,
    fence: Fence,
    number: u64,
    outcome: SettlementOutcome,
    now: i64,
) {
    let settlement = Settlement {
        id: entry_id(number),
        outcome,
        receipt: None,
    };
    let settled = store.settle(PARTITION, fence, settlement, at(now)).await;
    assert_eq!(settled, Ok(Ok(())));
}

async fn settle(
    store: &Arc<dyn Store>,
    fence: Fence,
    number: u64,
    verdict: DeadLetterVerdict,
) -> Result<bool, crate::records::Fenced> {
    let id = entry_id(number);
    let settled = store.settle_dead_letter(PARTITION, fence, id, verdict);
    settled.await.expect("settled")
}

async fn trim(
    store: &Arc<dyn Store>,
    fence: Fence,
    at_most: usize,
    since: i64,
) -> Result<usize, crate::records::Fenced> {
    let since = at(since);
    let bounds = DeadLetterBounds { at_most, since };
    let trimmed = store.trim_dead_letters(PARTITION, fence, bounds).await;
    trimmed.expect("trimmed")
}

async fn letters(store: &Arc<dyn Store>) -> Vec<EntryId> {
    let letters = store.dead_letters(PARTITION, ALL).await.expect("letters");
    letters.iter().map(|letter| letter.entry.id).collect()
}
