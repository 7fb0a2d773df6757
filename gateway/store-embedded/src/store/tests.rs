use std::pin::pin;
use std::sync::mpsc::Sender;
use std::task::{Context, Poll, Waker};

use parking_lot::Mutex;

use super::*;
use crate::readers::READERS;

/// More reads than any queue holds.
const CROWD: usize = 1 << 16;

/// Sessions' reads that hang on a slow disk until `slow` is free: as many as the store takes.
///
/// A reader that has not taken its read yet would take one off the full queue, and the next session's read would wait there
/// instead of being refused: so the queue is filled once every reader hangs.
fn crowd_out_sessions(store: &EmbeddedStore, slow: &Arc<Mutex<()>>) {
    let (hangs, hanging) = std::sync::mpsc::channel();
    for _ in 0..READERS {
        let asked = ask_and_hang(store, slow, hangs.clone());
        assert!(matches!(asked, Poll::Pending), "{asked:?}");
    }
    for _ in 0..READERS {
        hanging.recv().expect("every reader takes one");
    }
    for _ in 0..CROWD {
        match ask_and_hang(store, slow, hangs.clone()) {
            Poll::Pending => {}
            Poll::Ready(Err(StoreError::Unavailable { .. })) => return,
            Poll::Ready(other) => panic!("nothing can be read, but the answer was {other:?}"),
        }
    }
    panic!("the queue of reads has no end");
}

/// A read that tells when it `hangs`. It is asked with the first poll; nobody waits for the answer.
fn ask_and_hang(
    store: &EmbeddedStore,
    slow: &Arc<Mutex<()>>,
    hangs: Sender<()>,
) -> Poll<Result<(), StoreError>> {
    let slow = Arc::clone(slow);
    let hanging = store.read(0, move |_| {
        // Only the first ones are waited for.
        let _ = hangs.send(());
        drop(slow.lock());
        Ok(())
    });
    pin!(hanging).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn owners_read_while_sessions_crowd_the_store() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = EmbeddedStore::open(directory.path(), Durability::Memory).expect("open");
    let disk = Arc::new(Mutex::new(()));
    let slow = disk.lock();
    crowd_out_sessions(&store, &disk);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(sessions_are_refused_and_owners_are_not(&store));
    drop(slow);
}

async fn sessions_are_refused_and_owners_are_not(store: &EmbeddedStore) {
    let (partition, thread) = (PartitionId::customer(0), ThreadId([1; 16]));
    let session = store.last_sequence(partition, thread).await;
    assert!(
        matches!(session, Err(StoreError::Unavailable { .. })),
        "{session:?}"
    );
    let inbox = store.inbox(partition, Offset(0), 10).await;
    assert_eq!(inbox.map(|records| records.len()), Ok(0));
    let states = store.states(partition, &[thread]).await;
    assert_eq!(states.map(|states| states.len()), Ok(1));
    assert_eq!(store.next_timer(partition).await, Ok(None));
    assert_eq!(store.next_outbox(partition).await, Ok(None));
    let due = store.due_outbox(partition, Timestamp::UNIX_EPOCH, 10).await;
    assert!(due.is_ok(), "{due:?}");
    let journal = store.journal(partition, Offset(0), 10).await;
    assert_eq!(journal.map(|entries| entries.len()), Ok(0));
    assert_eq!(store.trimmed(partition).await, Ok(Offset(0)));
}
