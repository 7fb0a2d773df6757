//! What sessions need of the rest of the gateway.

use std::sync::Arc;

use async_trait::async_trait;
use signalbox_adapters::{Address, Inbound};
use signalbox_router::ThreadEvent;
pub use signalbox_router::{AcceptError, Accepted, LoggedIn, ReadError};
use signalbox_store::{Sequence, ThreadId, TranscriptRange};

/// Where messages go to and threads are read from.
#[async_trait]
pub trait Conversations: Send + Sync + 'static {
    /// The own thread of an address, whether anything was said there or not.
    fn thread(&self, address: &Address) -> ThreadId;

    /// The thread in which is kept what comes from an address: its own, or that of the visitor who has become this user.
    ///
    /// # Errors
    /// [`ReadError`]
    async fn home(&self, address: &Address) -> Result<ThreadId, ReadError>;

    /// Makes what a visitor said a user's. Durable when it answers; may be repeated.
    ///
    /// # Errors
    /// [`AcceptError`]
    async fn log_in(&self, visitor: &Address, user: &Address) -> Result<LoggedIn, AcceptError>;

    /// Whether a visitor has become a user: then nobody is this visitor any more.
    ///
    /// # Errors
    /// [`ReadError`]
    async fn has_logged_in(&self, visitor: &Address) -> Result<bool, ReadError>;

    /// Keeps what came in. Durable when it answers; the same id again gets the same answer. What cannot be kept is
    /// logged here, so callers do not.
    ///
    /// # Errors
    /// [`AcceptError`]
    async fn accept(&self, inbound: Inbound) -> Result<Accepted, AcceptError>;

    /// Up to `limit` entries of a thread, oldest first.
    ///
    /// # Errors
    /// [`ReadError`]
    async fn entries(
        &self,
        thread: ThreadId,
        range: TranscriptRange,
        limit: usize,
    ) -> Result<Vec<Arc<ThreadEvent>>, ReadError>;

    /// The last entry of a thread, if it has any.
    ///
    /// # Errors
    /// [`ReadError`]
    async fn last_sequence(&self, thread: ThreadId) -> Result<Option<Sequence>, ReadError>;
}
