//! What is not what was written is told, and not served.

use signalbox_store::{Offset, Sequence, Store, StoreError, TranscriptRange};

use crate::samples;
use crate::server::{DURABLE, Server};

#[tokio::test]
async fn what_is_missing_or_changed_is_told_and_not_served() {
    let server = Server::start(DURABLE);
    let store = server.open("shop").await;
    samples::keep(&store, 1).await.expect("it is kept");
    samples::keep(&store, 2).await.expect("it is kept");

    // Partition 1 loses its transcript, which its inbox points to; partition 2's record is another.
    server.command(&["DEL", "{shop:c1}:said"]);
    let other = "local said = KEYS[1] local place = redis.call('HKEYS', said)[1] \
                 local record = redis.call('HGET', said, place) \
                 return redis.call('HSET', said, place, record:sub(1, -6) .. 'x' .. record:sub(-4))";
    server.command(&["EVAL", other, "1", "{shop:c2}:said"]);

    for number in [1, 2] {
        let partition = samples::partition(number);
        let inbox = store.inbox(partition, Offset(0), 10).await;
        assert!(
            matches!(inbox, Err(StoreError::Damaged { .. })),
            "{inbox:?}"
        );
        let from_start = TranscriptRange::After(Sequence(0));
        let transcript = store.transcript(partition, samples::thread(number), from_start, 10);
        let transcript = transcript.await;
        assert!(
            matches!(transcript, Err(StoreError::Damaged { .. })),
            "{transcript:?}"
        );
    }
    samples::keep(&store, 3)
        .await
        .expect("other partitions go on");
}
