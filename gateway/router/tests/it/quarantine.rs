//! An error of the engine costs nobody their answer.

use crate::bed::{Bed, PARTITIONS, entries_of, say};

#[tokio::test(start_paused = true)]
async fn an_event_that_breaks_the_engine_is_set_aside_and_handed_to_people() {
    let router = Bed::new().start();
    say(&router, "ann", "1", "panic").await;
    assert_eq!(
        entries_of(&router, "ann", 2).await,
        ["customer: panic", "status: queued everybody"]
    );
    for who in 0..u32::from(PARTITIONS) * 4 {
        say(&router, &who.to_string(), "1", "hello").await;
        assert_eq!(
            entries_of(&router, &who.to_string(), 2).await[1],
            "bot: echo: hello",
            "neighbours in the partition go on"
        );
    }
}
