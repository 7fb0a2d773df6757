//! What a session waits for: one thing that its client asked for, and one reading of the thread.

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;

use signalbox_adapters::{Address, PageEvent};
use signalbox_router::ThreadEvent;
use signalbox_store::{Sequence, ThreadId, TranscriptRange};

use super::identity::{Identity, MergeError};
use super::opening::Opening;
use crate::webchat::conversations::{AcceptError, Accepted, Conversations, ReadError};

/// Entries of one reading of the thread.
pub(super) const PAGE: usize = 64;

/// What the client asked for is done. The next message is read only then.
pub(super) enum Done {
    Message {
        cid: String,
        result: Result<Accepted, AcceptError>,
    },
    /// A page event was kept or not; these are to follow.
    Page {
        rest: VecDeque<PageEvent>,
    },
    History {
        result: Result<Vec<Arc<ThreadEvent>>, ReadError>,
    },
    Sync {
        from: u64,
        result: Result<Option<Sequence>, ReadError>,
    },
    /// It was not done: the customer's messages are kept in another thread now.
    Moved,
    Merged(Box<Result<(Identity, Opening), MergeError>>),
}

/// The thread was read.
pub(super) enum ThreadRead {
    Entries {
        after: u64,
        result: Result<Vec<Arc<ThreadEvent>>, ReadError>,
    },
    Last(Result<Option<Sequence>, ReadError>),
    /// The customer's messages are kept in another one now.
    Moved,
}

/// At most one piece of work of a kind.
pub(super) struct Slot<T>(Option<Pin<Box<dyn Future<Output = T> + Send>>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Slot<T> {
    pub(super) fn start(&mut self, work: impl Future<Output = T> + Send + 'static) {
        self.0 = Some(Box::pin(work));
    }

    pub(super) fn is_free(&self) -> bool {
        self.0.is_none()
    }

    /// The work's end; never, where there is none. May be dropped and asked again.
    pub(super) async fn done(&mut self) -> T {
        let Some(work) = &mut self.0 else {
            return pending().await;
        };
        let done = work.await;
        self.0 = None;
        done
    }

    /// Gives up what was begun.
    pub(super) fn clear(&mut self) {
        self.0 = None;
    }
}

pub(super) async fn read_entries(
    conversations: Arc<dyn Conversations>,
    watch: Watch,
    after: u64,
) -> ThreadRead {
    let range = TranscriptRange::After(Sequence(after));
    let read = conversations.entries(watch.thread(), range, PAGE).await;
    // Looked at after the reading: what was said after a login is read after it.
    match watch.is_of_another(&*conversations).await {
        Ok(true) => ThreadRead::Moved,
        Ok(false) => ThreadRead::Entries {
            after,
            result: read,
        },
        Err(problem) => ThreadRead::Entries {
            after,
            result: Err(problem),
        },
    }
}

/// What may have become of a thread that a session shows.
pub(super) enum Watch {
    /// It is its customer's for good.
    Settled(ThreadId),
    /// Of a visitor, who may log in elsewhere.
    Visitor(ThreadId, Address),
    /// Of a user who has not said anything yet, and may be found to have been a visitor.
    NewUser(ThreadId, Address),
}

impl Watch {
    pub(super) fn thread(&self) -> ThreadId {
        match self {
            Self::Settled(thread) | Self::Visitor(thread, _) | Self::NewUser(thread, _) => *thread,
        }
    }

    /// Whether whoever is shown this thread, or writes into it, is nobody whose it is: the visitor of it has become a user.
    pub(super) async fn is_of_another(
        &self,
        conversations: &dyn Conversations,
    ) -> Result<bool, ReadError> {
        match self {
            Self::Visitor(_, address) => conversations.has_logged_in(address).await,
            Self::Settled(_) | Self::NewUser(..) => Ok(false),
        }
    }

    async fn has_moved(&self, conversations: &dyn Conversations) -> Result<bool, ReadError> {
        match self {
            Self::NewUser(thread, address) => Ok(conversations.home(address).await? != *thread),
            Self::Settled(_) | Self::Visitor(..) => self.is_of_another(conversations).await,
        }
    }
}

pub(super) async fn read_last(conversations: Arc<dyn Conversations>, watch: Watch) -> ThreadRead {
    match watch.has_moved(&*conversations).await {
        Ok(true) => ThreadRead::Moved,
        Ok(false) => ThreadRead::Last(conversations.last_sequence(watch.thread()).await),
        Err(problem) => ThreadRead::Last(Err(problem)),
    }
}
