//! Messages that were refused for a while, in their order: whatever is said after them is refused too until they have come
//! again. Otherwise the next would be taken in between, and what the customer said would be kept in another order.

use std::collections::VecDeque;
use std::time::Duration;

use signalbox_adapters::webchat::server_frame::NackCode;
use tokio::time::Instant;

/// How long after the time at which a refused message may come again the others wait for it. A client that has not sent it
/// by then has given it up.
pub(super) const GIVEN_UP_AFTER: Duration = Duration::from_secs(30);
/// Refused messages whose order is kept; those behind them are refused, and have no place of their own.
const MAX_REFUSED: usize = 64;
/// What to wait behind a message that may come at any moment.
const SHORT_WAIT: Duration = Duration::from_millis(100);

#[derive(Default)]
pub(super) struct RefusedMessages {
    /// The `cid`s, in the order in which they first came.
    waiting: VecDeque<String>,
    latest: Option<Refused>,
}

/// The last refusal of the message that is first.
struct Refused {
    code: NackCode,
    may_come_at: Instant,
}

/// A message has to wait for another that was refused before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Behind {
    /// Why that one was refused.
    pub(super) code: NackCode,
    /// When it may come again.
    pub(super) wait: Duration,
}

impl RefusedMessages {
    /// Whether a message may be taken now. If not, it has its place behind those that it waits for.
    pub(super) fn admits(&mut self, cid: &str, now: Instant) -> Result<(), Behind> {
        let Some(refused) = &self.latest else {
            return Ok(());
        };
        if now >= refused.may_come_at + GIVEN_UP_AFTER {
            *self = Self::default();
            return Ok(());
        }
        if self.waiting.front().is_none_or(|first| first == cid) {
            return Ok(());
        }
        let behind = Behind {
            code: refused.code,
            wait: refused
                .may_come_at
                .saturating_duration_since(now)
                .max(SHORT_WAIT),
        };
        self.note(cid);
        Err(behind)
    }

    /// The message was refused; it may come again after `wait`.
    pub(super) fn refuse(&mut self, cid: &str, code: NackCode, wait: Duration, now: Instant) {
        self.note(cid);
        self.latest = Some(Refused {
            code,
            may_come_at: now + wait,
        });
    }

    /// The message was taken, or will never be: nothing waits for it any more.
    pub(super) fn settle(&mut self, cid: &str) {
        self.waiting.retain(|waiting| waiting != cid);
        if self.waiting.is_empty() {
            self.latest = None;
        }
    }

    fn note(&mut self, cid: &str) {
        if self.waiting.len() < MAX_REFUSED && !self.waiting.iter().any(|waiting| waiting == cid) {
            self.waiting.push_back(cid.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use signalbox_adapters::webchat::server_frame::NackCode;
    use tokio::time::Instant;

    use super::{GIVEN_UP_AFTER, MAX_REFUSED, RefusedMessages, SHORT_WAIT};

    const WAIT: Duration = Duration::from_secs(5);

    fn refusing(cid: &str, now: Instant) -> RefusedMessages {
        let mut refused = RefusedMessages::default();
        assert_eq!(refused.admits(cid, now), Ok(()));
        refused.refuse(cid, NackCode::Unavailable, WAIT, now);
        refused
    }

    #[test]
    fn what_comes_behind_a_refused_message_waits_and_keeps_its_order() {
        let now = Instant::now();
        let mut refused = refusing("a", now);
        let behind = refused.admits("b", now).unwrap_err();
        assert_eq!((behind.code, behind.wait), (NackCode::Unavailable, WAIT));
        let late = now + WAIT * 2;
        assert_eq!(refused.admits("c", late).unwrap_err().wait, SHORT_WAIT);
        assert_eq!(refused.admits("a", late), Ok(()));
        refused.settle("a");
        assert!(refused.admits("c", late).is_err(), "b came before c");
        for cid in ["b", "c", "d"] {
            assert_eq!(refused.admits(cid, late), Ok(()), "{cid}");
            refused.settle(cid);
        }
    }

    #[test]
    fn a_message_that_is_refused_again_stays_first() {
        let now = Instant::now();
        let mut refused = refusing("a", now);
        assert!(refused.admits("b", now).is_err());
        refused.refuse("a", NackCode::RateLimited, WAIT, now);
        assert_eq!(
            refused.admits("b", now).unwrap_err().code,
            NackCode::RateLimited
        );
        assert_eq!(refused.admits("a", now), Ok(()));
    }

    #[test]
    fn a_message_that_does_not_come_again_is_given_up() {
        let now = Instant::now();
        let mut refused = refusing("a", now);
        let given_up = now + WAIT + GIVEN_UP_AFTER;
        let moment = Duration::from_millis(1);
        assert!(refused.admits("b", given_up - moment).is_err());
        assert_eq!(refused.admits("c", given_up), Ok(()));
        assert_eq!(refused.admits("d", given_up), Ok(()), "it is forgotten");
    }

    #[test]
    fn only_so_many_have_a_place() {
        let now = Instant::now();
        let mut refused = refusing("first", now);
        for number in 0..2 * MAX_REFUSED {
            assert!(refused.admits(&number.to_string(), now).is_err());
        }
        assert_eq!(refused.waiting.len(), MAX_REFUSED);
    }
}
