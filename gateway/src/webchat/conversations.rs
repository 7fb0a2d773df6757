//! What sessions need of the rest of the gateway.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use signalbox_adapters::{Address, Inbound};
use signalbox_router::ThreadEvent;
use signalbox_store::{MessageId, Sequence, ThreadId, TranscriptRange};

/// Where messages go to and threads are read from.
#[async_trait]
pub trait Conversations: Send + Sync + 'static {
    /// The thread of an address, whether anything was said there or not.
    fn thread(&self, address: &Address) -> ThreadId;

    /// Keeps what came in. Durable when it answers; the same id again gets the same answer.
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

/// What was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// In which thread.
    pub thread: ThreadId,
    /// Its name towards clients.
    pub message_id: MessageId,
    /// Its place in the thread; page events and links have none.
    pub sequence: Option<Sequence>,
    /// When it was accepted, the first time.
    pub accepted_at: Timestamp,
    /// Whether it had been kept before.
    pub repeated: bool,
}

/// Why something was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AcceptError {
    /// It cannot be kept now: send it again later.
    #[error("it cannot be kept now: {reason}")]
    Unavailable {
        /// For logs; not for clients.
        reason: String,
    },
    /// Its id was used for another content.
    #[error("its id was used for another content")]
    Conflict,
}

/// Why a thread cannot be read: try again later.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the thread cannot be read now: {reason}")]
pub struct ReadError {
    /// For logs; not for clients.
    pub reason: String,
}
