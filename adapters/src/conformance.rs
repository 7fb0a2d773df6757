//! What every channel has to keep, as tests that each channel's own tests run against a platform that fails as it is told.
//!
//! * [`pushed`]: an [`Adapter`](crate::Adapter) that messages are pushed through.
//! * [`taken`]: the door through which a platform's messages come in.
//!
//! A channel hands in a scripted platform and says what that cannot do. What is left out then is left out in sight: each kit
//! answers with the names of what it checked.

#![expect(
    clippy::panic,
    reason = "used by tests alone: a broken contract is a failed test, with the contract's words"
)]

pub mod pushed;
pub mod taken;

use std::time::Duration;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// Longer than any check takes on a busy machine, and than any wait that a channel under test should have been set to.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for something that ends by itself where the contract is kept.
async fn in_time<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done,
        Err(_) => panic!("waited {PATIENCE:?} in vain for {what}"),
    }
}

/// Bytes of every kind: none, text, what looks like the beginning of something, what is nothing. The same in each run.
fn any_bytes(count: usize, most: usize) -> Vec<Vec<u8>> {
    let mut runner = TestRunner::deterministic();
    let noise = proptest::collection::vec(proptest::num::u8::ANY, 0..most);
    let text = proptest::string::string_regex("[ -~\r\n\u{4e00}-\u{4e20}{}\\[\\]\":,0-9]{0,64}");
    let Ok(text) = text else {
        panic!("the pattern of texts is none");
    };
    (0..count)
        .map(|place| {
            let bytes = if place % 2 == 0 {
                noise.new_tree(&mut runner).map(|tree| tree.current())
            } else {
                text.new_tree(&mut runner)
                    .map(|tree| tree.current().into_bytes())
            };
            match bytes {
                Ok(bytes) => bytes,
                Err(reason) => panic!("no bytes: {reason}"),
            }
        })
        .collect()
}
