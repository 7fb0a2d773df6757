//! An entry of a thread, written once for all sockets that it goes to.

use std::sync::{Arc, OnceLock};

use signalbox_adapters::webchat::server_frame::{EventFrame, EventKind};
use signalbox_router::{Shown, Speaker, ThreadEvent};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::names;

pub(super) struct Entry {
    event: Arc<ThreadEvent>,
    // Written when the first socket asks: the sender's own needs only an ack.
    frame: OnceLock<Utf8Bytes>,
}

impl Entry {
    pub(super) fn new(event: Arc<ThreadEvent>) -> Arc<Self> {
        Arc::new(Self {
            event,
            frame: OnceLock::new(),
        })
    }

    pub(super) fn sequence(&self) -> u64 {
        self.event.sequence.0
    }

    pub(super) fn frame(&self) -> Utf8Bytes {
        self.frame.get_or_init(|| write(&self.event).into()).clone()
    }

    /// Whether the customer said it, with this id of the client's.
    pub(super) fn is_own(&self, own_cid: &str) -> bool {
        matches!(&self.event.shown, Shown::Message { from: Speaker::Customer, cid: Some(cid), .. } if cid == own_cid)
    }

    pub(super) fn is_from_customer(&self) -> bool {
        matches!(
            &self.event.shown,
            Shown::Message {
                from: Speaker::Customer,
                ..
            }
        )
    }

    pub(super) fn is_message(&self) -> bool {
        matches!(&self.event.shown, Shown::Message { .. })
    }
}

fn write(event: &ThreadEvent) -> String {
    let id = names::message(event.message_id);
    let kind = match &event.shown {
        Shown::Message {
            from,
            name,
            cid,
            in_reply_to,
            content,
        } => EventKind::Message {
            id: &id,
            from: match from {
                Speaker::Customer => "customer",
                Speaker::Bot => "bot",
                Speaker::Agent => "agent",
            },
            name: name.as_deref(),
            cid: cid.as_deref(),
            in_reply_to: in_reply_to.as_deref(),
            content,
            ts: event.at,
        },
        Shown::Status {
            status,
            queue,
            agent,
        } => EventKind::Status {
            id: &id,
            status,
            queue: queue.as_deref(),
            agent: agent.as_deref(),
            ts: event.at,
        },
    };
    EventFrame {
        seq: event.sequence.0,
        kind,
    }
    .to_json()
}
