//! What the store tells of its server.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use signalbox_store::{PartitionId, Store};
use signalbox_store_redis::{CallAnswer, RedisObserver, RedisStore};

use crate::server::{DURABLE, Server};

#[derive(Default)]
struct Heard {
    answers: Mutex<Vec<CallAnswer>>,
    waits: Mutex<usize>,
}

impl RedisObserver for Heard {
    fn called(&self, answer: CallAnswer, _: Duration) {
        self.answers.lock().push(answer);
    }

    fn waited(&self, _: Duration) {
        *self.waits.lock() += 1;
    }
}

#[tokio::test]
async fn each_call_is_told_with_its_end() {
    let mut server = Server::start(DURABLE);
    let heard = Arc::new(Heard::default());
    let opened = RedisStore::open_with(server.settings("observed"), heard.clone()).await;
    let store = opened.expect("it opens");
    let partition = PartitionId::customer(1);
    store.trimmed(partition).await.expect("an answer");
    assert_eq!(*heard.answers.lock(), [CallAnswer::Answered]);
    assert_eq!(*heard.waits.lock(), 1);
    server.kill();
    store.trimmed(partition).await.expect_err("it is gone");
    store.trimmed(partition).await.expect_err("it is gone");
    let answers = heard.answers.lock().clone();
    assert_eq!(answers.len(), 3, "{answers:?}");
    assert_eq!(answers[2], CallAnswer::Unconnected, "{answers:?}");
    assert_eq!(*heard.waits.lock(), 3);
}
