//! A server that hangs is told within the time-out, and what hung changes nothing twice.

use std::time::{Duration, Instant};

use signalbox_store::{Appended, BatchId, Commit, Committed, Offset, Store, StoreError};
use signalbox_store_redis::{RedisSettings, RedisStore};

use crate::samples;
use crate::server::{DURABLE, Server};

const TIMEOUT: Duration = Duration::from_millis(500);
/// Far more than the time-outs of one call together, far less than for ever.
const PATIENCE: Duration = Duration::from_secs(30);

async fn impatient(server: &Server) -> RedisStore {
    let settings = RedisSettings {
        timeout: TIMEOUT,
        ..server.settings("shop")
    };
    RedisStore::open(settings).await.expect("it opens")
}

/// Asks until the answer is one of a server that is well again.
async fn once_well<T>(mut ask: impl AsyncFnMut() -> Result<T, StoreError>) -> T {
    let started = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(error) => assert!(started.elapsed() < PATIENCE, "{error}"),
        }
    }
}

#[tokio::test]
async fn a_hanging_server_is_told_in_time() {
    let server = Server::start(DURABLE);
    let store = impatient(&server).await;
    let accepted = once_well(async || samples::keep(&store, 1).await).await;
    assert!(matches!(accepted, Appended::Accepted { .. }));
    let read = store.inbox(samples::partition(1), Offset(0), 10).await;
    assert_eq!(read.map(|inbox| inbox.len()), Ok(1));

    server.freeze();
    let started = Instant::now();
    let write = samples::keep(&store, 4).await;
    assert!(
        matches!(write, Err(StoreError::Unknown { .. })),
        "{write:?}"
    );
    // The connection was given up; a new one is made only of a server that answers.
    let again = samples::keep(&store, 4).await;
    assert!(
        matches!(again, Err(StoreError::Unavailable { .. })),
        "nothing left, so nothing was kept: {again:?}"
    );
    let read = store.inbox(samples::partition(1), Offset(0), 10).await;
    assert!(
        matches!(read, Err(StoreError::Unavailable { .. })),
        "{read:?}"
    );
    let ready = store.ready().await;
    assert!(
        matches!(ready, Err(StoreError::Unavailable { .. })),
        "{ready:?}"
    );
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());

    server.thaw();
    let kept = once_well(async || samples::keep(&store, 4).await).await;
    assert_ne!(kept, Appended::Conflicting);
    let inbox = samples::inbox(&store, samples::partition(1)).await;
    assert_eq!(inbox.len(), 2, "the unknown one is kept once");
}

#[tokio::test]
async fn a_late_copy_of_a_batch_changes_nothing() {
    let server = Server::start(DURABLE);
    let store = impatient(&server).await;
    let partition = samples::partition(0);
    let head = once_well(async || samples::own(&store, partition, 1).await).await;
    // Batches that leave the position: nothing but their names tells a copy of the first from a new one.
    let batch = |number: u64| Commit {
        batch: BatchId(samples::hash(7, number)),
        transcript: samples::answers(partition, head.fence, Offset(0), &[record()]).transcript,
        ..samples::answers(partition, head.fence, Offset(0), &[])
    };
    for number in [1, 2] {
        let committed = once_well(async || store.commit(batch(number)).await).await;
        assert_ne!(committed, Committed::Fenced);
    }
    let late = once_well(async || store.commit(batch(1)).await).await;
    assert_eq!(late, Committed::AlreadyCommitted);
    let last = once_well(async || store.last_sequence(partition, samples::thread(0)).await).await;
    assert_eq!(last.map(|last| last.0), Some(2));
}

fn record() -> signalbox_store::InboxRecord {
    signalbox_store::InboxRecord {
        offset: Offset(1),
        thread: samples::thread(0),
        message_id: samples::message_id(0),
        sequence: None,
        accepted_at: samples::at(0),
        event: samples::sealed("event"),
    }
}
