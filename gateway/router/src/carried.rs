//! Tells again in a user's thread what was said in the thread in which they were anonymous, for a user who had a thread of
//! their own already.
//!
//! Threads never move and are never renumbered: the visitor's thread stays as it is, and the user's thread gets entries that
//! show the same. A customer's message is kept under its own `cid` there, so one that is sent again after the login is
//! recognised. Nothing is decided about them: that was, or will be, done where they were said.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_store::{MessageId, Sequence, ThreadId, TranscriptRange};

use crate::event::{Event, Shown, Speaker, ThreadEvent};
use crate::ingest::{AcceptError, Accepted};
use crate::shared::Shared;

/// The last so many entries of a visitor's thread are told again; older ones stay where they are.
const MOST_CARRIED: u64 = 500;
/// Entries read at once.
const PAGE: usize = 64;

/// An entry of another thread of the same person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Carried {
    /// Its name there.
    pub message_id: MessageId,
    /// When it was said.
    pub at: Timestamp,
    /// What it shows.
    pub shown: Shown,
}

impl Shared {
    /// Tells again in `to` what has been said in `from` so far. May be repeated.
    pub(crate) async fn carry(&self, from: ThreadId, to: ThreadId) -> Result<(), AcceptError> {
        let last = self.last_sequence(from).await?.unwrap_or_default();
        let mut after = Sequence(last.0.saturating_sub(MOST_CARRIED));
        while after < last {
            let range = TranscriptRange::After(after);
            let entries = self.entries(from, range, PAGE).await?;
            let Some(end) = entries.last() else { break };
            after = end.sequence;
            for entry in &entries {
                if let Some(carried) = Carried::of(entry) {
                    self.keep_carried(to, carried).await?;
                }
            }
        }
        Ok(())
    }

    /// Tells one entry again. A message that the customer has sent there too is there already.
    pub(crate) async fn keep_carried(
        &self,
        to: ThreadId,
        carried: Carried,
    ) -> Result<Accepted, AcceptError> {
        let message_id = carried.message_id;
        let cid = match &carried.shown {
            Shown::Message {
                from: Speaker::Customer,
                cid,
                ..
            } => cid.clone(),
            _ => None,
        };
        let event = Event::Carried(carried);
        if let Some(cid) = cid {
            let kept = self
                .keep_event(to, "message", cid.as_bytes(), event.clone())
                .await;
            if kept != Err(AcceptError::Conflict) {
                return kept;
            }
            // Another message has its `cid`, which is the client's fault and no reason to lose this one.
        }
        self.keep_event(to, "carried", message_id.0.as_bytes(), event)
            .await
    }
}

impl Carried {
    /// Only what was said: that the conversation changed hands is told of the thread in which it did.
    fn of(entry: &ThreadEvent) -> Option<Self> {
        matches!(entry.shown, Shown::Message { .. }).then(|| Self {
            message_id: entry.message_id,
            at: entry.at,
            shown: entry.shown.clone(),
        })
    }
}
