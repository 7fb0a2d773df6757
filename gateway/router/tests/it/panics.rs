//! An error of ours outside the engine costs a moment, not a partition.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use signalbox_adapters::Channel;
use signalbox_router::{AcceptError, Handling, Observer, Reception};
use signalbox_store::Archive;

use crate::bed::{Bed, ToldAdapter, entries_of, message, say, until};

/// Breaks the first so many times that it is told something.
struct Breaking {
    handled: AtomicUsize,
    archived: AtomicUsize,
    fewest_owned: AtomicUsize,
}

impl Breaking {
    fn new(handled: usize, archived: usize) -> Arc<Self> {
        Arc::new(Self {
            handled: handled.into(),
            archived: archived.into(),
            fewest_owned: AtomicUsize::new(usize::MAX),
        })
    }
}

fn break_while_some(left: &AtomicUsize) {
    let one_less = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
        left.checked_sub(1)
    });
    assert!(one_less.is_err(), "an error of signalbox");
}

impl Observer for Breaking {
    fn handled(&self, _: Handling) {
        break_while_some(&self.handled);
    }

    fn archive_lag(&self, _: u64) {
        break_while_some(&self.archived);
    }

    fn partitions_owned(&self, count: usize) {
        if self.handled.load(Ordering::SeqCst) == 0 {
            self.fewest_owned.fetch_min(count, Ordering::SeqCst);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_breaks_owns_again_and_answers() {
    let observer = Breaking::new(1, 0);
    let mut bed = Bed::new();
    bed.observer = observer.clone();
    let router = bed.start();
    until(|| async { (router.owned() == router.partitions()).then_some(()) }).await;
    say(&router, "ann", "1", "hello").await;
    assert_eq!(entries_of(&router, "ann", 2).await[1], "bot: echo: hello");
    assert_eq!(
        observer.fewest_owned.load(Ordering::SeqCst),
        router.partitions() - 1,
        "and it was seen that a partition was not owned meanwhile"
    );
    assert!(router.stop(Duration::from_secs(60)).await);
}

#[tokio::test(start_paused = true)]
async fn what_was_being_sent_while_an_owner_broke_is_not_sent_again() {
    let adapter = ToldAdapter::new([]);
    adapter.takes(Duration::from_secs(3), "one");
    let observer = Breaking::new(0, 0);
    let mut bed = Bed::new().pushing(&adapter);
    bed.observer = observer.clone();
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    until(|| async { (adapter.sent.lock().len() == 1).then_some(()) }).await;
    observer.handled.store(1, Ordering::SeqCst);
    say(&router, "ann", "2", "two").await;
    until(|| async { (adapter.sent.lock().len() > 1).then_some(()) }).await;
    assert!(router.stop(Duration::from_secs(60)).await);
    let sent = adapter.sent.lock();
    let keys: HashSet<&str> = sent.iter().map(|part| part.key.as_str()).collect();
    assert_eq!((sent.len(), keys.len()), (2, 2), "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn an_archiver_that_breaks_archives_on() {
    let mut bed = Bed::new();
    bed.observer = Breaking::new(0, 1);
    bed.settings.archive_every = Duration::from_secs(1);
    let router = bed.start();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let accepted = say(&router, "ann", "1", "hello").await;
    until(|| async { bed.archive.decision(accepted.message_id).await.unwrap() }).await;
}

/// Breaks with words that nobody may read.
struct Quoting;

impl Observer for Quoting {
    fn received(&self, _: Channel, _: Reception, _: Duration) {
        panic!("my card number is 4111");
    }
}

#[tokio::test(start_paused = true)]
async fn the_words_of_a_panic_are_not_told() {
    let mut bed = Bed::new();
    bed.observer = Arc::new(Quoting);
    let answer = bed.start().accept(message("ann", "1", "hello")).await;
    let Err(AcceptError::Unavailable { reason }) = answer else {
        panic!("it broke, and yet the answer was {answer:?}")
    };
    assert!(!reason.contains("4111"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn an_event_that_always_breaks_its_owner_is_set_aside() {
    let observer = Breaking::new(4, 0);
    let mut bed = Bed::new();
    bed.observer = observer.clone();
    let router = bed.start();
    until(|| async { (router.owned() == router.partitions()).then_some(()) }).await;
    say(&router, "ann", "1", "hello").await;
    assert_eq!(
        entries_of(&router, "ann", 2).await[1],
        "status: queued everybody"
    );
    say(&router, "ann", "2", "and now?").await;
    say(&router, "bob", "1", "hello").await;
    assert_eq!(entries_of(&router, "bob", 2).await[1], "bot: echo: hello");
    assert!(router.stop(Duration::from_secs(60)).await);
}
