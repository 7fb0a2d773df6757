//! In which thread is kept what an address says: its own, or the one in which the same person was anonymous.
//!
//! A visitor who logs in goes on as a user. Threads never move, so a user of whom nothing was kept takes the visitor's thread
//! for their own: the store keeps that as the *home* of the user's address, once and for all. A user who has a home keeps it;
//! what was said in the visitor's thread is then told again there (`carried.rs`).
//!
//! The home of a visitor's address says which user they have become. Nobody is that visitor any more, so whoever comes with
//! the visitor's token later reads nothing, and another user cannot take the thread over.

use std::num::NonZeroUsize;

use lru::LruCache;
use parking_lot::Mutex;
use signalbox_adapters::Address;
use signalbox_store::{StoreError, ThreadId};

use crate::event::Event;
use crate::ingest::AcceptError;
use crate::shared::Shared;
use crate::transcript::ReadError;

/// Homes at hand, at most.
const CACHED_HOMES: NonZeroUsize = NonZeroUsize::MIN.saturating_add(65_535);

/// Homes at hand.
pub(crate) struct Homes(Mutex<LruCache<ThreadId, AtHand>>);

/// What is known of an address's home without asking the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AtHand {
    /// It never changes.
    Home(ThreadId),
    /// There is none. Known only where nobody but this process could keep one.
    Nowhere,
    /// One is being kept, or the store did not say whether it was: who was told before that there is none knows nothing.
    Asked,
}

impl Default for Homes {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(CACHED_HOMES)))
    }
}

/// What became of a visitor who logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoggedIn {
    /// What they said is the user's.
    AsUser,
    /// They have become another user before; nothing changed.
    AsAnotherBefore,
}

impl Shared {
    /// The thread in which is kept what comes from this address, so far.
    pub(crate) async fn home(&self, address: &Address) -> Result<ThreadId, StoreError> {
        let own = self.directory.thread(address);
        if !address.may_have_been_another() {
            return Ok(own);
        }
        Ok(self.kept_home(own).await?.unwrap_or(own))
    }

    /// The same, and so it stays: something is about to be kept there.
    pub(crate) async fn settled_home(&self, address: &Address) -> Result<ThreadId, StoreError> {
        let own = self.directory.thread(address);
        if !address.may_have_been_another() {
            return Ok(own);
        }
        self.settle_home(own, own).await
    }

    /// The home of the user whose own thread is `own`; `candidate` if they have none yet.
    pub(crate) async fn settle_home(
        &self,
        own: ThreadId,
        candidate: ThreadId,
    ) -> Result<ThreadId, StoreError> {
        if let Some(AtHand::Home(home)) = self.homes.at_hand(own) {
            return Ok(home);
        }
        let partition = self.directory.partition(own);
        // Who spoke before homes were kept has a thread and no home.
        let has_spoken = self.store.last_sequence(partition, own).await?.is_some();
        self.keep_home(own, if has_spoken { own } else { candidate })
            .await
    }

    /// Makes what a visitor said the user's. Each step may be repeated, and whatever is missing after a crash is made up for
    /// when the same visitor and user come again, or by the owner of the visitor's partition.
    pub(crate) async fn log_in(
        &self,
        visitor: &Address,
        user: &Address,
    ) -> Result<LoggedIn, AcceptError> {
        let from = self.directory.thread(visitor);
        let own = self.directory.thread(user);
        let was_known = self.kept_home(from).await?.is_some();
        if self.keep_home(from, own).await? != own {
            return Ok(LoggedIn::AsAnotherBefore);
        }
        let home = self.settle_home(own, from).await?;
        if home != from {
            let goes_on = Event::GoesOn { thread: own };
            let told = self.keep_event(from, "linked", b"linked", goes_on).await?;
            // Once. Long after that nobody would know any more which entries are there, as dedupe rows go: so that it was
            // done, or is the owner's work by now, is kept as homes are.
            let mark = self.told_again(from, home);
            if self.kept_home(mark).await?.is_none() {
                if told.repeated || !was_known {
                    self.carry(from, home).await?;
                }
                self.keep_home(mark, home).await?;
            }
        }
        // Sessions that are open there look again who they are.
        self.hints.stale(from);
        self.hints.stale(own);
        Ok(LoggedIn::AsUser)
    }

    /// Whether this visitor has become a user: then nobody is this visitor any more.
    pub(crate) async fn has_logged_in(&self, visitor: &Address) -> Result<bool, ReadError> {
        let thread = self.directory.thread(visitor);
        Ok(self.kept_home(thread).await?.is_some())
    }

    /// Under which name it is kept that what was said in `from` was told again in `to`.
    fn told_again(&self, from: ThreadId, to: ThreadId) -> ThreadId {
        ThreadId(self.directory.derive("told again", &[&from.0, &to.0]))
    }

    async fn kept_home(&self, thread: ThreadId) -> Result<Option<ThreadId>, StoreError> {
        match self.homes.at_hand(thread) {
            Some(AtHand::Home(home)) => return Ok(Some(home)),
            Some(AtHand::Nowhere) => return Ok(None),
            Some(AtHand::Asked) | None => {}
        }
        let partition = self.directory.partition(thread);
        let kept = self.store.existing_home(partition, thread).await?;
        match kept {
            Some(home) => self.homes.remember(thread, AtHand::Home(home)),
            // Each message of an anonymous visitor asks this.
            None if !self.store.is_shared() => self.homes.found_none(thread),
            None => {}
        }
        Ok(kept)
    }

    async fn keep_home(
        &self,
        thread: ThreadId,
        candidate: ThreadId,
    ) -> Result<ThreadId, StoreError> {
        let partition = self.directory.partition(thread);
        self.homes.remember(thread, AtHand::Asked);
        let home = match self.store.home(partition, thread, candidate).await {
            // Whatever was kept, the same question tells.
            Err(StoreError::Unknown { .. }) => {
                self.store.home(partition, thread, candidate).await?
            }
            answer => answer?,
        };
        self.homes.remember(thread, AtHand::Home(home));
        Ok(home)
    }
}

impl Homes {
    fn at_hand(&self, thread: ThreadId) -> Option<AtHand> {
        self.0.lock().get(&thread).copied()
    }

    fn remember(&self, thread: ThreadId, known: AtHand) {
        self.0.lock().put(thread, known);
    }

    /// What was learnt while somebody kept a home counts more than what was read before.
    fn found_none(&self, thread: ThreadId) {
        self.0.lock().get_or_insert(thread, || AtHand::Nowhere);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISITOR: ThreadId = ThreadId([1; 16]);
    const USER: ThreadId = ThreadId([2; 16]);

    #[test]
    fn a_home_that_is_kept_replaces_that_there_was_none() {
        let homes = Homes::default();
        homes.found_none(VISITOR);
        assert_eq!(homes.at_hand(VISITOR), Some(AtHand::Nowhere));
        homes.remember(VISITOR, AtHand::Asked);
        homes.remember(VISITOR, AtHand::Home(USER));
        assert_eq!(homes.at_hand(VISITOR), Some(AtHand::Home(USER)));
    }

    #[test]
    fn who_read_before_a_home_was_kept_does_not_say_that_there_is_none() {
        for known in [AtHand::Asked, AtHand::Home(USER)] {
            let homes = Homes::default();
            homes.remember(VISITOR, known);
            homes.found_none(VISITOR);
            assert_eq!(homes.at_hand(VISITOR), Some(known));
        }
    }
}
