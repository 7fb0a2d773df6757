//! What sessions need of the rest of the gateway.

use std::sync::Arc;

use async_trait::async_trait;
use signalbox_adapters::{Address, Inbound};
use signalbox_router::ThreadEvent;
pub use signalbox_router::{AcceptError, Accepted, ReadError};
use signalbox_store::{Sequence, ThreadId, TranscriptRange};

/// Where messages go to and threads are read from.
#[async_trait]
pub trait Conversations: Send + Sync + 'static {
    /// The thread of an address, whether anything was said there or not.
    fn thread(&self, address: &Address) -> ThreadId;

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
