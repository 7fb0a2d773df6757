//! What the door has to keep through which a platform's messages come in: kept before it is answered, once, and only what is
//! proven.

use async_trait::async_trait;

use super::{any_bytes, in_time};

/// Arbitrary bodies that are tried, signed and unsigned.
const GARBAGE: usize = 48;
/// As long as a short message.
const GARBAGE_BYTES: usize = 600;

/// A platform's telling of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The platform's id of it, the same on every attempt.
    pub id: String,
    /// What the customer says, or the whole body where `kind` says so.
    pub text: Vec<u8>,
    /// What is right or wrong with it.
    pub kind: Kind,
}

/// What is right or wrong with a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A message as the platform sends it.
    Message,
    /// A message under somebody else's signature.
    WrongSignature,
    /// A message without a signature.
    NoSignature,
    /// Rightly signed, long ago.
    Stale,
    /// Rightly signed by a clock that is ahead.
    Early,
    /// `text` is the whole body, and rightly signed.
    SignedBody,
    /// `text` is the whole body, and not signed.
    UnsignedBody,
    /// A message of a gigabyte: announced, and begun.
    Gigabyte,
    /// A message whose body never comes to its end.
    NeverEnding,
}

/// What the platform is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is kept. The platform does not send it again.
    Kept,
    /// It was kept before.
    KeptBefore,
    /// It is not kept, and shall come again.
    Later,
    /// It is not kept, and shall not come again as it is.
    Refused,
}

/// A door, and what stands behind it.
#[async_trait(?Send)]
pub trait Door: Sync {
    /// Whether the platform's requests know such a mistake: not every platform dates what it signs.
    fn can(&self, kind: Kind) -> bool;

    /// Hands a delivery in and waits for the answer.
    async fn deliver(&self, delivery: &Delivery) -> Answer;

    /// The texts that are kept now, in order: asked of the store, not waited for.
    async fn kept(&self) -> Vec<String>;

    /// Lets the store answer nothing, until [`Door::store_is_back`].
    fn store_is_away(&self);

    /// The store answers again.
    fn store_is_back(&self);
}

/// Runs everything that the platform's requests know, on a door behind which nothing was kept yet. Answers the names of what
/// was checked.
///
/// # Panics
/// At the first thing that the door does not keep.
pub async fn keeps_the_contract(door: &dyn Door) -> Vec<&'static str> {
    let mut checked = vec!["kept when answered", "once", "one id, one content"];
    kept_when_answered(door).await;
    in_order_of_arrival(door).await;
    checked.push("in order of arrival");
    not_answered_when_not_kept(door).await;
    checked.push("not answered when not kept");
    let kept = door.kept().await;
    for (name, kind) in [
        ("a wrong signature", Kind::WrongSignature),
        ("no signature", Kind::NoSignature),
        ("stale", Kind::Stale),
        ("early", Kind::Early),
        ("a gigabyte", Kind::Gigabyte),
        ("a body without end", Kind::NeverEnding),
    ] {
        if door.can(kind) {
            let answer = deliver(door, "wrong", name, kind).await;
            assert_eq!(answer, Answer::Refused, "{name}");
            checked.push(name);
        }
    }
    for kind in [Kind::SignedBody, Kind::UnsignedBody] {
        for (place, text) in any_bytes(GARBAGE, GARBAGE_BYTES).into_iter().enumerate() {
            let delivery = Delivery {
                id: format!("garbage-{place}"),
                text,
                kind,
            };
            let answer = in_time("an answer", door.deliver(&delivery)).await;
            assert_eq!(answer, Answer::Refused, "{delivery:?}");
        }
    }
    checked.push("garbage");
    assert_eq!(door.kept().await, kept, "of all that nothing is kept");
    let answer = deliver(door, "wrong", "now rightly", Kind::Message).await;
    assert_eq!(answer, Answer::Kept, "nothing of it used the id up");
    checked
}

async fn deliver(door: &dyn Door, id: &str, text: &str, kind: Kind) -> Answer {
    let delivery = Delivery {
        id: id.to_owned(),
        text: text.as_bytes().to_vec(),
        kind,
    };
    in_time("an answer", door.deliver(&delivery)).await
}

async fn kept_when_answered(door: &dyn Door) {
    let first = deliver(door, "one", "the first", Kind::Message).await;
    assert_eq!(first, Answer::Kept);
    assert_eq!(
        door.kept().await,
        ["the first"],
        "it is kept by the time it is answered"
    );
    let again = deliver(door, "one", "the first", Kind::Message).await;
    assert_eq!(again, Answer::KeptBefore, "a repeat hears the same");
    let other = deliver(door, "one", "something else", Kind::Message).await;
    assert_eq!(other, Answer::Refused, "one id is one content");
    assert_eq!(door.kept().await, ["the first"], "it is kept once");
}

/// Platforms send again what they think was lost, behind what came after it.
async fn in_order_of_arrival(door: &dyn Door) {
    for (id, text, wanted) in [
        ("three", "the third", Answer::Kept),
        ("two", "the second", Answer::Kept),
        ("three", "the third", Answer::KeptBefore),
        ("one", "the first", Answer::KeptBefore),
    ] {
        assert_eq!(deliver(door, id, text, Kind::Message).await, wanted, "{id}");
    }
    assert_eq!(
        door.kept().await,
        ["the first", "the third", "the second"],
        "what came first stands first, and repeats move nothing"
    );
}

async fn not_answered_when_not_kept(door: &dyn Door) {
    let before = door.kept().await;
    door.store_is_away();
    let away = deliver(door, "four", "the fourth", Kind::Message).await;
    assert_eq!(
        away,
        Answer::Later,
        "what cannot be kept is asked for again, not taken"
    );
    door.store_is_back();
    assert_eq!(door.kept().await, before);
    let again = deliver(door, "four", "the fourth", Kind::Message).await;
    assert_eq!(again, Answer::Kept);
    assert_eq!(door.kept().await.len(), before.len() + 1);
}
