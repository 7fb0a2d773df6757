//! What an adapter that is pushed to has to keep, whatever its platform does.

use std::time::Duration;

use async_trait::async_trait;

use super::{any_bytes, in_time};
use crate::adapter::{Adapter, Origin, Part, SendError, WhenUnanswered};
use crate::message::{Address, Content};

/// Arbitrary answers that are tried.
const GARBAGE: usize = 24;
/// As long as a platform's answer may well be.
const GARBAGE_BYTES: usize = 600;
/// What nobody but the platform may be told.
const TEXT: &str = "top-secret words of a customer";

/// What the platform does with one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Takes it.
    Accept,
    /// Says that it cannot now.
    Busy,
    /// Says that it cannot now, and how long to wait.
    BusyFor(Duration),
    /// Says that it will never take it.
    Refuse,
    /// Says that we are not known to it.
    Unauthorized,
    /// Hangs up before it has the message.
    DropBefore,
    /// Hangs up once it has the message, without an answer.
    DropAfter,
    /// Has the message and says nothing, longer than the adapter of the stage waits.
    SilentAfter,
    /// Takes it, with an answer that never ends.
    EndlessAnswer,
    /// Has the message and answers with these bytes.
    Garbage(Vec<u8>),
}

/// A message that the platform has, as it reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// By which it knows a repeat.
    pub key: String,
    /// What the customer would read.
    pub text: String,
}

/// A platform that does as it is told.
#[async_trait(?Send)]
pub trait Platform: Sync {
    /// Whether it can do that: mail has no word for a wait of so long, to name one.
    fn can(&self, fate: &Fate) -> bool;

    /// An adapter in front of a fresh platform, whose messages meet these fates in order; what comes after them is accepted.
    /// The adapter is impatient (some hundred milliseconds), and sends any number at once and a second unless told otherwise.
    async fn stage(&self, fates: Vec<Fate>) -> Box<dyn Stage>;

    /// The same with room for one message, and no second for a long time. `None` where the channel has no rate of its own.
    async fn narrow_stage(&self) -> Option<Box<dyn Stage>>;
}

/// One adapter and its platform.
#[async_trait(?Send)]
pub trait Stage: Send + Sync {
    /// What is tested.
    fn adapter(&self) -> &dyn Adapter;

    /// Somebody whom the platform knows.
    fn customer(&self) -> Address;

    /// The messages that the platform has, in the order in which they came, once they are `count` or more.
    async fn taken(&self, count: usize) -> Vec<Taken>;
}

/// Runs everything that the platform can do. Answers the names of what was checked.
///
/// # Panics
/// At the first thing that the adapter does not keep.
pub async fn keeps_the_contract(platform: &dyn Platform) -> Vec<&'static str> {
    let mut checked = Vec::new();
    accepted_once(platform).await;
    checked.push("accepted once");
    repeats_carry_the_key(platform).await;
    checked.push("repeats carry the key");
    a_failure_is_over(platform).await;
    checked.push("a failure is over");
    for (name, fate) in [
        ("busy", Fate::Busy),
        ("busy for a time", Fate::BusyFor(Duration::from_secs(7))),
        ("refused", Fate::Refuse),
        ("unauthorized", Fate::Unauthorized),
        ("dropped before", Fate::DropBefore),
        ("dropped after", Fate::DropAfter),
        ("silent", Fate::SilentAfter),
        ("an endless answer", Fate::EndlessAnswer),
    ] {
        if platform.can(&fate) {
            ends_as_it_must(platform, &fate).await;
            checked.push(name);
        }
    }
    if platform.can(&Fate::Garbage(Vec::new())) {
        garbage_does_no_harm(platform).await;
        checked.push("garbage");
    }
    if let Some(stage) = platform.narrow_stage().await {
        the_rate_holds_back(&*stage).await;
        checked.push("the rate");
    }
    checked
}

fn part(stage: &dyn Stage, key: u32) -> Part {
    Part {
        key: format!("{key:032x}"),
        to: stage.customer(),
        content: Content::Text {
            text: TEXT.to_owned(),
        },
        origin: Origin {
            message: format!("m_{key:032x}"),
            ..Origin::default()
        },
    }
}

async fn send(stage: &dyn Stage, key: u32) -> Result<(), SendError> {
    let part = part(stage, key);
    let sent = in_time("the end of a send", stage.adapter().send(&part)).await;
    if let Err(error) = &sent {
        says_nothing_of_the_customer(error, &part);
    }
    sent.map(|_| ())
}

async fn accepted_once(platform: &dyn Platform) {
    let stage = platform.stage(Vec::new()).await;
    let sent = send(&*stage, 1).await;
    assert_eq!(sent, Ok(()), "what the platform takes is delivered");
    let taken = in_time("the message", stage.taken(1)).await;
    assert_eq!(taken.len(), 1, "it is sent once: {taken:?}");
    let text = taken[0].text.replace("\r\n", "\n");
    assert_eq!(text.trim_end(), TEXT, "the customer reads what was said");
    assert_eq!(
        stage.adapter().channel(),
        stage.customer().channel,
        "the adapter is of the channel whose addresses it is given"
    );
}

async fn repeats_carry_the_key(platform: &dyn Platform) {
    let stage = platform.stage(Vec::new()).await;
    for key in [1, 1, 2] {
        assert_eq!(send(&*stage, key).await, Ok(()));
    }
    let taken = in_time("the messages", stage.taken(3)).await;
    assert_eq!(taken.len(), 3, "{taken:?}");
    assert_eq!(taken[0], taken[1], "a repeat is the same message");
    assert_ne!(taken[1].key, taken[2].key, "another has another key");
}

async fn a_failure_is_over(platform: &dyn Platform) {
    for fate in [
        Fate::Busy,
        Fate::Refuse,
        Fate::Unauthorized,
        Fate::DropBefore,
        Fate::DropAfter,
    ] {
        if !platform.can(&fate) {
            continue;
        }
        let stage = platform.stage(vec![fate.clone()]).await;
        let failed = send(&*stage, 1).await;
        assert!(failed.is_err(), "{fate:?} is no success");
        let next = send(&*stage, 2).await;
        assert_eq!(next, Ok(()), "after {fate:?} the next one gets through");
    }
}

async fn ends_as_it_must(platform: &dyn Platform, fate: &Fate) {
    let stage = platform.stage(vec![fate.clone()]).await;
    let end = send(&*stage, 1).await;
    let is_right = match fate {
        Fate::Accept | Fate::EndlessAnswer => end.is_ok(),
        // Nothing was accepted: repeated without a question.
        Fate::Busy | Fate::DropBefore => matches!(end, Err(SendError::Busy { .. })),
        Fate::BusyFor(wanted) => {
            matches!(&end, Err(SendError::Busy { wait: Some(wait), .. }) if wait == wanted)
        }
        Fate::Refuse => matches!(end, Err(SendError::Refused { .. })),
        Fate::Unauthorized => matches!(end, Err(SendError::Unauthorized { .. })),
        // It may have arrived, and nothing else may be said.
        Fate::DropAfter | Fate::SilentAfter => matches!(end, Err(SendError::Unanswered { .. })),
        Fate::Garbage(_) => true,
    };
    assert!(is_right, "{fate:?} ended as {end:?}");
    if let (Err(SendError::Unanswered { .. }), WhenUnanswered::Resend) =
        (&end, stage.adapter().when_unanswered())
    {
        let again = send(&*stage, 1).await;
        assert_eq!(again, Ok(()), "{fate:?}: what is sent again gets through");
        let taken = in_time("both", stage.taken(2)).await;
        let keys: Vec<_> = taken.iter().map(|taken| &taken.key).collect();
        assert!(
            keys.iter().all(|key| *key == keys[0]),
            "{fate:?}: the platform knows the second by the first's key: {keys:?}"
        );
    }
}

async fn garbage_does_no_harm(platform: &dyn Platform) {
    for bytes in any_bytes(GARBAGE, GARBAGE_BYTES) {
        let stage = platform.stage(vec![Fate::Garbage(bytes.clone())]).await;
        let end = send(&*stage, 1).await;
        assert!(end.is_err(), "{bytes:?} was taken for a success");
        let next = send(&*stage, 2).await;
        assert_eq!(next, Ok(()), "after {bytes:?} the next one gets through");
    }
}

async fn the_rate_holds_back(stage: &dyn Stage) {
    assert_eq!(send(stage, 1).await, Ok(()));
    let held = send(stage, 2).await;
    assert!(
        matches!(&held, Err(SendError::HeldBack { wait, .. }) if !wait.is_zero()),
        "over the rate nothing is tried, and it is said when to try: {held:?}"
    );
    let taken = in_time("the message", stage.taken(1)).await;
    assert_eq!(taken.len(), 1, "what is held back is not sent: {taken:?}");
}

/// Reasons are stored and shown as they are.
fn says_nothing_of_the_customer(error: &SendError, part: &Part) {
    let told = format!("{error} {error:?}");
    for secret in [TEXT, part.to.external_id.as_str()] {
        assert!(!told.contains(secret), "`{told}` tells `{secret}`");
    }
}
