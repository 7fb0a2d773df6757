//! Accepts what comes in: kept before it is answered, once, and never waiting for rules.

use std::sync::Arc;

use jiff::Timestamp;
use signalbox_adapters::{Channel, Inbound, InboundBody, Relayed};
use signalbox_store::{
    Append, AppendReceipt, Appended, MessageId, PartitionId, Sequence, StoreError, ThreadId,
};

use crate::carried::Carried;
use crate::environment::new_message_id;
use crate::event::{Event, PageSeen, Said, Shown, Speaker, ThreadEvent};
use crate::mailbox::{Arrived, Mailbox};
use crate::observer::Reception;
use crate::shared::Shared;
use crate::transcript::ReadError;
use crate::vault::{SealedKind, VaultError};

/// The answer to an inbound message: it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// In which thread.
    pub thread: ThreadId,
    /// Its name towards clients.
    pub message_id: MessageId,
    /// Its place in the thread; messages have one, page events do not.
    pub sequence: Option<Sequence>,
    /// When it was first accepted.
    pub accepted_at: Timestamp,
    /// It was kept before; this answer is the first one's.
    pub repeated: bool,
}

/// Why an inbound message was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AcceptError {
    /// Its id was used before for another content. Nothing is wrong here: the client must use a new id.
    #[error("this id was used for another message; use a new id for each message")]
    Conflict,
    /// It may come again, with the same id.
    #[error("the message was not accepted, send it again with the same id: {reason}")]
    Unavailable {
        /// For logs; not for customers.
        reason: String,
    },
}

impl From<StoreError> for AcceptError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable {
            reason: error.to_string(),
        }
    }
}

impl From<ReadError> for AcceptError {
    fn from(error: ReadError) -> Self {
        Self::Unavailable {
            reason: error.to_string(),
        }
    }
}

impl From<VaultError> for AcceptError {
    fn from(error: VaultError) -> Self {
        Self::Unavailable {
            reason: error.to_string(),
        }
    }
}

impl Shared {
    /// Keeps one inbound message or event.
    pub(crate) async fn accept(&self, inbound: Inbound) -> Result<Accepted, AcceptError> {
        let channel = inbound.address.channel;
        let started = self.environment.now();
        let answer = self.keep(inbound).await;
        self.tell_received(channel, &answer, started);
        answer
    }

    pub(crate) fn tell_received(
        &self,
        channel: Channel,
        answer: &Result<Accepted, AcceptError>,
        started: Timestamp,
    ) {
        let reception = match answer {
            Ok(accepted) if accepted.repeated => Reception::Repeated,
            Ok(_) => Reception::Accepted,
            Err(AcceptError::Conflict) => Reception::Conflicting,
            Err(AcceptError::Unavailable { .. }) => Reception::Unavailable,
        };
        let took = self
            .environment
            .now()
            .duration_since(started)
            .try_into()
            .unwrap_or_default();
        self.observer.received(channel, reception, took);
    }

    async fn keep(&self, inbound: Inbound) -> Result<Accepted, AcceptError> {
        let thread = self.settled_home(&inbound.address).await?;
        let kind = kind_of(&inbound.body);
        let id = inbound.id.clone();
        let event = self.event(inbound);
        self.keep_event(thread, kind, id.as_bytes(), event).await
    }

    /// Keeps one event of a thread. `kind` and `id` name it among the thread's events: the same again is a repeat.
    pub(crate) async fn keep_event(
        &self,
        thread: ThreadId,
        kind: &str,
        id: &[u8],
        event: Event,
    ) -> Result<Accepted, AcceptError> {
        let partition = self.directory.partition(thread);
        let append = self
            .prepare(thread, kind, id, &event, self.environment.now())
            .await?;
        let untold = UntoldAppend::new(self, thread, partition);
        let appended = self.append_knowing_the_answer(partition, append).await;
        match appended? {
            Appended::Accepted { offset, receipt } => {
                self.hint(thread, &receipt, &event);
                let AppendReceipt {
                    message_id,
                    accepted_at,
                    ..
                } = receipt;
                untold.told(Arrived {
                    offset,
                    thread,
                    message_id,
                    accepted_at,
                    event,
                });
                Ok(accepted(thread, receipt, false))
            }
            Appended::Repeated(receipt) => Ok(accepted(thread, receipt, true)),
            Appended::Conflicting => Err(AcceptError::Conflict),
        }
    }

    /// Seals an event for its thread's inbox.
    pub(crate) async fn prepare(
        &self,
        thread: ThreadId,
        kind: &str,
        id: &[u8],
        event: &Event,
        now: Timestamp,
    ) -> Result<Append, VaultError> {
        let key = self
            .vault
            .key(self.directory.partition(thread), thread)
            .await?;
        let message_id = new_message_id(&*self.environment, now);
        let sealed = SealedKind::Event(message_id);
        Ok(Append {
            thread,
            dedupe: self.directory.dedupe(thread, kind, id),
            fingerprint: self.directory.fingerprint(thread, &fingerprinted(event)?),
            message_id,
            accepted_at: now,
            sequenced: matches!(event, Event::Said(_) | Event::Carried(_)),
            event: self.vault.seal(&key, sealed, thread, event)?,
        })
    }

    /// After an unknown answer the same append is repeated once: its dedupe key makes that safe, and the answer tells what happened.
    async fn append_knowing_the_answer(
        &self,
        partition: PartitionId,
        append: Append,
    ) -> Result<Appended, StoreError> {
        match self.store.append(partition, append.clone()).await {
            Err(StoreError::Unknown { .. }) => self.store.append(partition, append).await,
            answer => answer,
        }
    }

    fn event(&self, inbound: Inbound) -> Event {
        let Inbound {
            address,
            id,
            body,
            profile,
        } = inbound;
        let (cid, content) = match body {
            InboundBody::Message(content) => (id, content),
            InboundBody::Relayed(Relayed { content, reference }) => (reference, content),
            InboundBody::Page(page) => {
                return Event::Page(PageSeen {
                    page,
                    address,
                    profile,
                });
            }
        };
        Event::Said(Said {
            shown: Shown::Message {
                from: Speaker::Customer,
                name: profile.name.clone(),
                cid: Some(cid),
                in_reply_to: None,
                content,
            },
            address,
            profile,
            traceparent: self.observer.traceparent(),
        })
    }

    /// Tells the thread's sessions, in this process, of a new entry.
    fn hint(&self, thread: ThreadId, receipt: &AppendReceipt, event: &Event) {
        let (Some(sequence), Some((shown, said_at))) = (receipt.sequence, event.shown()) else {
            return;
        };
        let entry = ThreadEvent {
            sequence,
            message_id: receipt.message_id,
            at: said_at.unwrap_or(receipt.accepted_at),
            shown: shown.clone(),
        };
        self.hints.entries(thread, &[Arc::new(entry)]);
    }
}

/// An append that nobody was told of. Dropped like that (the answer was unknown or a repeat), the partition's owner and the
/// thread's sessions are told to look in the store.
struct UntoldAppend<'a> {
    shared: &'a Shared,
    thread: ThreadId,
    mailbox: Option<&'a Mailbox>,
    is_owned: bool,
    is_told: bool,
}

impl<'a> UntoldAppend<'a> {
    fn new(shared: &'a Shared, thread: ThreadId, partition: PartitionId) -> Self {
        Self {
            shared,
            thread,
            mailbox: shared.mailbox(partition).map(|mailbox| &**mailbox),
            is_owned: shared.standing(partition).is_some(),
            is_told: false,
        }
    }

    fn told(mut self, record: Arrived) {
        self.is_told = true;
        let Some(mailbox) = self.mailbox else { return };
        // Where another process is the owner, nobody would ever take it out.
        if self.is_owned {
            mailbox.hand_over(record);
        } else {
            mailbox.look_in_store();
        }
    }
}

impl Drop for UntoldAppend<'_> {
    fn drop(&mut self) {
        if self.is_told {
            return;
        }
        if let Some(mailbox) = self.mailbox {
            mailbox.look_in_store();
        }
        self.shared.hints.stale(self.thread);
    }
}

fn accepted(thread: ThreadId, receipt: AppendReceipt, repeated: bool) -> Accepted {
    let AppendReceipt {
        message_id,
        sequence,
        accepted_at,
    } = receipt;
    Accepted {
        thread,
        message_id,
        sequence,
        accepted_at,
        repeated,
    }
}

/// Messages and page events are named apart: a client that reuses an id among them gets each of them once.
fn kind_of(body: &InboundBody) -> &'static str {
    match body {
        InboundBody::Message(_) => "message",
        InboundBody::Relayed(_) => "relayed",
        InboundBody::Page(_) => "page",
    }
}

/// What must be equal for a repeat to be one: the content. A name or a trace may differ between two attempts.
fn fingerprinted(event: &Event) -> Result<Vec<u8>, VaultError> {
    let bytes = match event {
        Event::Said(Said {
            shown: Shown::Message { content, .. },
            ..
        })
        | Event::Carried(Carried {
            shown: Shown::Message { content, .. },
            ..
        }) => serde_json::to_vec(content),
        Event::Said(said) => serde_json::to_vec(&said.shown),
        Event::Page(seen) => serde_json::to_vec(&seen.page),
        Event::Happened(happened) => serde_json::to_vec(&happened.digest),
        other => serde_json::to_vec(other),
    };
    bytes.map_err(|error| VaultError::unreadable("event", &error))
}
