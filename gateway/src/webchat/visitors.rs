//! Who a visitor is, and which of their tokens is the current one.
//!
//! A token is renewed by every `hello`, and the one before stays good for ten minutes, since other tabs still have it.
//! A signature alone cannot tell that, so this remembers of each visitor the current token's time of issue and those
//! that it replaced. Two things follow from keeping that in bounded memory:
//!
//! * After a restart, or for a visitor who was forgotten for others, any genuine token is good until a newer one is
//!   used: rotation then only ends what is seen to be replaced. To know better, each `hello` would have to be written
//!   to the store before it is answered. If an older token comes first and a newer one of before the restart after it,
//!   the newer one proves the older one replaced, and ends what was handed out for it.
//! * A replaced token's ten minutes begin when its successor has arrived, which the client's answer to a ping shows. A
//!   client whose line broke before `welcome` came must be able to come back with what it has, whenever that is.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use aws_lc_rs::rand;
use jiff::{SignedDuration, Timestamp};
use lru::LruCache;
use parking_lot::Mutex;
use signalbox_adapters::webchat::visitor_token::{VisitorToken, VisitorTokenKey};

/// How long a replaced token is good for.
pub(super) const GRACE: SignedDuration = SignedDuration::from_mins(10);
/// Visitors whose tokens are remembered.
const MAX_VISITORS: NonZeroUsize = NonZeroUsize::new(65_536).unwrap();
/// Replaced tokens that are remembered of a visitor: one who reconnects more often than this within [`GRACE`] loses the
/// oldest early.
const MAX_REPLACED: usize = 16;

pub(super) struct Visitors {
    key: VisitorTokenKey,
    known: Mutex<LruCache<[u8; 16], Known>>,
}

struct Known {
    current: Timestamp,
    /// The token that came first, and when it came: whatever was issued in between, we did not see.
    unseen: (Timestamp, Timestamp),
    /// Oldest first; with the time since when the successor is known to have arrived.
    replaced: VecDeque<(Timestamp, Option<Timestamp>)>,
    /// Whom a user's token has proven this visitor to be, for their beacons.
    user: Option<String>,
}

/// A visitor with the token to give them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Visitor {
    pub(super) token: VisitorToken,
    pub(super) signed: String,
}

impl Visitors {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self {
            key: VisitorTokenKey::new(key),
            known: Mutex::new(LruCache::new(MAX_VISITORS)),
        }
    }

    /// Somebody new. `None` if the system has no randomness to give.
    pub(super) fn begin(&self, site: &str, now: Timestamp) -> Option<Visitor> {
        let mut visitor = [0; 16];
        rand::fill(&mut visitor).ok()?;
        Some(self.visitor(VisitorToken {
            visitor,
            site: site.to_owned(),
            issued_at: Timestamp::from_millisecond(now.as_millisecond()).ok()?,
        }))
    }

    /// Who brings this token, with the token's successor; `None` if it proves nobody at this site.
    pub(super) fn renew(&self, text: &str, site: &str, now: Timestamp) -> Option<Visitor> {
        let token = self.prove(text, now).filter(|token| token.site == site)?;
        let mut known = self.known.lock();
        let known = known.get_or_insert_mut(token.visitor, || Known::new(token.issued_at, now));
        let issued_at = known.renew(token.issued_at, now);
        Some(self.visitor(VisitorToken { issued_at, ..token }))
    }

    /// Who brings this token, without renewing it.
    pub(super) fn prove(&self, text: &str, now: Timestamp) -> Option<VisitorToken> {
        let token = self.key.prove(text, now).ok()?;
        let mut known = self.known.lock();
        let is_good = known
            .get(&token.visitor)
            .is_none_or(|known| known.accepts(token.issued_at, now));
        is_good.then_some(token)
    }

    /// The client has this token now: those before it have their last minutes.
    pub(super) fn arrived(&self, token: &VisitorToken, now: Timestamp) {
        if let Some(known) = self.known.lock().get_mut(&token.visitor)
            && known.current == token.issued_at
        {
            known.replaced_since(now);
        }
    }

    pub(super) fn is_user(&self, token: &VisitorToken, user: &str, now: Timestamp) {
        self.known
            .lock()
            .get_or_insert_mut(token.visitor, || Known::new(token.issued_at, now))
            .user = Some(user.to_owned());
    }

    /// Whoever has this token now came without a user's token: what they do is no user's.
    pub(super) fn is_nobody(&self, token: &VisitorToken) {
        if let Some(known) = self.known.lock().get_mut(&token.visitor) {
            known.user = None;
        }
    }

    pub(super) fn user(&self, token: &VisitorToken) -> Option<String> {
        self.known.lock().get(&token.visitor)?.user.clone()
    }

    fn visitor(&self, token: VisitorToken) -> Visitor {
        Visitor {
            signed: self.key.sign(&token),
            token,
        }
    }
}

impl Known {
    fn new(current: Timestamp, now: Timestamp) -> Self {
        Self {
            current,
            unseen: (current, now),
            replaced: VecDeque::new(),
            user: None,
        }
    }

    fn accepts(&self, issued_at: Timestamp, now: Timestamp) -> bool {
        // A token that is newer than what is known was issued by another node, or before a restart.
        if issued_at >= self.current || self.is_unseen(issued_at) {
            return true;
        }
        self.replaced.iter().any(|(replaced, since)| {
            *replaced == issued_at && since.is_none_or(|since| now.duration_since(since) <= GRACE)
        })
    }

    /// Whether a token may have been issued before we knew the visitor, but after the one that they came with.
    fn is_unseen(&self, issued_at: Timestamp) -> bool {
        let (first, since) = self.unseen;
        // To the millisecond, as ours are from then on.
        first < issued_at && issued_at.as_millisecond() < since.as_millisecond()
    }

    /// Gives the time of issue of the token to hand out for the one that was brought.
    fn renew(&mut self, brought: Timestamp, now: Timestamp) -> Timestamp {
        if self.is_unseen(brought) {
            self.unseen.0 = brought;
            self.current = brought;
            self.replaced.clear();
        }
        if brought < self.current {
            // Another tab renewed it already: both get the same.
            return self.current;
        }
        // What is brought has arrived.
        self.replaced_since(now);
        self.replaced.push_back((brought, None));
        if self.replaced.len() > MAX_REPLACED {
            self.replaced.pop_front();
        }
        // To the millisecond, as tokens are; two of one millisecond must still differ.
        let millis = now.as_millisecond().max(brought.as_millisecond() + 1);
        self.current = Timestamp::from_millisecond(millis).unwrap_or(now);
        self.current
    }

    fn replaced_since(&mut self, now: Timestamp) {
        for (_, since) in &mut self.replaced {
            since.get_or_insert(now);
        }
        self.replaced
            .retain(|(_, since)| since.is_none_or(|since| now.duration_since(since) <= GRACE));
    }
}

#[cfg(test)]
mod tests;
