//! The router as the web chat sees it, and the span in which a message is received.

use std::sync::Arc;

use async_trait::async_trait;
use signalbox_adapters::{Address, Inbound};
use signalbox_router::{Router, ThreadEvent};
use signalbox_store::{Sequence, ThreadId, TranscriptRange};
use signalbox_telemetry::traces::spans;
use tracing::Instrument;

use crate::webchat::conversations::{AcceptError, Accepted, Conversations, LoggedIn, ReadError};

pub(super) struct RouterConversations {
    router: Router,
}

impl RouterConversations {
    pub(super) fn new(router: Router) -> Self {
        Self { router }
    }
}

#[async_trait]
impl Conversations for RouterConversations {
    fn thread(&self, address: &Address) -> ThreadId {
        self.router.thread(address)
    }

    async fn home(&self, address: &Address) -> Result<ThreadId, ReadError> {
        self.router.home(address).await
    }

    async fn log_in(&self, visitor: &Address, user: &Address) -> Result<LoggedIn, AcceptError> {
        let answer = self.router.log_in(visitor, user).await;
        if let Err(AcceptError::Unavailable { reason }) = &answer {
            tracing::warn!(
                reason,
                "a visitor could not be made a user; their client was told to try again"
            );
        }
        answer
    }

    async fn has_logged_in(&self, visitor: &Address) -> Result<bool, ReadError> {
        self.router.has_logged_in(visitor).await
    }

    async fn accept(&self, inbound: Inbound) -> Result<Accepted, AcceptError> {
        let span = spans::receive(inbound.address.channel.name());
        let answer = self.router.accept(inbound).instrument(span.clone()).await;
        match answer {
            Ok(accepted) => {
                let result = if accepted.repeated {
                    "duplicate"
                } else {
                    "accepted"
                };
                spans::note_received(&span, &accepted.message_id.0, result);
                Ok(accepted)
            }
            Err(error) => {
                if let AcceptError::Unavailable { reason } = &error {
                    tracing::warn!(
                        reason,
                        "a message was not accepted; its sender was told to try again"
                    );
                }
                Err(error)
            }
        }
    }

    async fn entries(
        &self,
        thread: ThreadId,
        range: TranscriptRange,
        limit: usize,
    ) -> Result<Vec<Arc<ThreadEvent>>, ReadError> {
        self.router.entries(thread, range, limit).await
    }

    async fn last_sequence(&self, thread: ThreadId) -> Result<Option<Sequence>, ReadError> {
        self.router.last_sequence(thread).await
    }
}
