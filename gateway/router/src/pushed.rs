//! What was last pushed to a customer, so that what follows soon can name what it follows: mail programs show it together.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_adapters::Address;
use signalbox_rules::Conversation;
use signalbox_store::EntryId;

/// Messages belong together while no longer silence lies between them: as long as a consultation bears.
const TOGETHER_WITHIN: Duration = Conversation::SILENCE;

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pushed {
    to: Address,
    /// The message that all began with.
    first: EntryId,
    last: EntryId,
    at: Timestamp,
}

impl Pushed {
    /// Notes a message that is pushed at `at`. Answers which ones it follows, the oldest first: two at most.
    pub(crate) fn note(
        pushed: &mut Option<Self>,
        id: EntryId,
        to: &Address,
        at: Timestamp,
    ) -> Vec<String> {
        let before = pushed.take().filter(|before| before.belongs_to(to, at));
        let first = before.as_ref().map_or(id, |before| before.first);
        *pushed = Some(Self {
            to: to.clone(),
            first,
            last: id,
            at,
        });
        let mut follows = Vec::new();
        for one in before.iter().flat_map(|before| [before.first, before.last]) {
            let key = one.to_string();
            if !follows.contains(&key) {
                follows.push(key);
            }
        }
        follows
    }

    fn belongs_to(&self, to: &Address, at: Timestamp) -> bool {
        let silence = Duration::try_from(at.duration_since(self.at)).unwrap_or_default();
        self.to == *to && silence < TOGETHER_WITHIN
    }
}

#[cfg(test)]
mod tests {
    use signalbox_adapters::Channel;

    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hours * 3_600).unwrap()
    }

    fn to(who: &str) -> Address {
        Address {
            channel: Channel::Email,
            account: "care".to_owned(),
            external_id: who.to_owned(),
        }
    }

    #[test]
    fn what_comes_soon_follows_the_first_and_the_last() {
        let mut pushed = None;
        let mut note = |number: u8, who, hours| {
            let follows = Pushed::note(&mut pushed, EntryId([number; 16]), &to(who), at(hours));
            let number = |key: String| key[..2].parse().unwrap();
            follows.into_iter().map(number).collect::<Vec<u8>>()
        };
        assert_eq!(note(1, "li", 0), [0_u8; 0]);
        assert_eq!(note(2, "li", 1), [1]);
        assert_eq!(
            note(3, "li", 24),
            [1, 2],
            "an hour less than a day after the last"
        );
        assert_eq!(note(4, "li", 48), [0_u8; 0], "a day of silence");
        assert_eq!(note(5, "li", 48), [4]);
        assert_eq!(note(6, "wang", 48), [0_u8; 0], "another address");
    }
}
