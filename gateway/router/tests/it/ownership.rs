//! One owner a partition; the other waits, and takes over when the lease has run out.

use std::time::Duration;

use signalbox_store::NodeId;

use crate::bed::{Bed, PARTITIONS, entries_of, say, until};

#[tokio::test(start_paused = true)]
async fn a_second_node_owns_nothing_until_the_first_stops() {
    let bed = Bed::new();
    let first = bed.start_as(NodeId([1; 16]));
    until(|| async { (first.owned() == usize::from(PARTITIONS) + 1).then_some(()) }).await;
    let second = bed.start_as(NodeId([2; 16]));
    // A message that comes in over the second node is decided by the first.
    say(&second, "ann", "1", "hello").await;
    assert_eq!(entries_of(&second, "ann", 2).await[1], "bot: echo: hello");
    assert_eq!(second.owned(), 0);
    assert!(first.stop(Duration::from_secs(5)).await);
    assert_eq!(first.owned(), 0);
    until(|| async { (second.owned() == usize::from(PARTITIONS) + 1).then_some(()) }).await;
    say(&second, "ann", "2", "still there?").await;
    assert_eq!(
        entries_of(&second, "ann", 4).await[3],
        "bot: echo: still there?"
    );
}

#[tokio::test(start_paused = true)]
async fn a_node_that_restarts_takes_its_own_lease_over_at_once() {
    let bed = Bed::new();
    let lost = bed.start();
    until(|| async { (lost.owned() == usize::from(PARTITIONS) + 1).then_some(()) }).await;
    // Never stopped: its leases still run, and its fences are void.
    let again = bed.start();
    say(&again, "ann", "1", "hello").await;
    assert_eq!(
        entries_of(&again, "ann", 2).await,
        ["customer: hello", "bot: echo: hello"]
    );
}
