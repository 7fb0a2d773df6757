//! A thread at the moment when a session turns to it: where it stands, and what the client has missed.

use std::sync::Arc;

use signalbox_adapters::webchat::client_frame::Resume;
use signalbox_adapters::webchat::limits::MAX_MESSAGE_BYTES;
use signalbox_adapters::webchat::server_frame::{Conversation, Limits, ServerFrame};
use signalbox_store::{Sequence, ThreadId, TranscriptRange};
use tokio::time::Instant;
use uuid::Uuid;

use super::identity::Identity;
use crate::webchat::conversations::ReadError;
use crate::webchat::entry::Entry;
use crate::webchat::feed::Feed;
use crate::webchat::hub::Subscription;
use crate::webchat::{Webchat, names};

/// Unread messages that are counted; more than this is just many.
const MAX_COUNTED_UNREAD: usize = 50;

pub(super) struct Opening {
    pub(super) thread: ThreadId,
    pub(super) name: String,
    pub(super) subscription: Subscription,
    pub(super) feed: Feed,
    resumed: bool,
    gap: Option<(u64, u64)>,
    unread: u64,
}

/// Turns to the thread of `identity`.
pub(super) async fn open(
    webchat: &Webchat,
    session: Uuid,
    identity: &Identity,
    resume: Option<&Resume>,
) -> Result<Opening, ReadError> {
    let conversations = &webchat.conversations;
    let thread = conversations.home(&identity.address()).await?;
    // Before the store is read: what is written in between comes as a hint.
    let subscription = webchat.hub.subscribe(thread, session);
    let last = conversations
        .last_sequence(thread)
        .await?
        .map_or(0, |last| last.0);
    let unread = unread(webchat, thread, last).await?;
    let name = names::conversation(thread);
    let missed = missed(resume, &name, last, webchat.settings.replay_events as u64);
    let now = Instant::now();
    let mut feed = Feed::new(last, last, now);
    feed.replay(
        if missed.resumed {
            last - missed.count
        } else {
            last
        },
        now,
    );
    Ok(Opening {
        thread,
        name,
        subscription,
        feed,
        resumed: missed.resumed,
        gap: missed.gap,
        unread,
    })
}

impl Opening {
    /// The frames that come first: `welcome`, and `gap` where there is one. The replay and `synced` come from the feed.
    pub(super) fn welcome(
        &self,
        webchat: &Webchat,
        session: Uuid,
        identity: &Identity,
        is_exempt: bool,
    ) -> Vec<String> {
        let rate = webchat.quotas.message_rate(is_exempt);
        let conversation = (self.feed.last() > 0).then(|| Conversation {
            id: &self.name,
            seq: self.feed.last(),
            status: if identity.site.closed {
                "closed"
            } else {
                "open"
            },
            unread: self.unread,
        });
        let welcome = ServerFrame::Welcome {
            session: &names::session(session),
            visitor: &identity.visitor.signed,
            conversation,
            resumed: self.resumed,
            limits: Limits {
                max_bytes: MAX_MESSAGE_BYTES,
                rate: &rate,
                dwell_marks_ms: &webchat.settings.dwell_marks_ms,
            },
            ping_interval_ms: webchat.settings.ping_seconds * 1_000,
            server_time: webchat.now(),
        };
        let gap = self
            .gap
            .map(|(from, to)| ServerFrame::Gap { from, to }.to_json());
        std::iter::once(welcome.to_json()).chain(gap).collect()
    }
}

struct Missed {
    resumed: bool,
    count: u64,
    gap: Option<(u64, u64)>,
}

fn missed(resume: Option<&Resume>, conversation: &str, last: u64, most: u64) -> Missed {
    let not_resumed = |gap| Missed {
        resumed: false,
        count: 0,
        gap,
    };
    let Some(resume) = resume else {
        return not_resumed(None);
    };
    // A client that has more than there is has something else: nothing of it can be relied on.
    if resume.conversation != conversation || resume.last_seq > last {
        return not_resumed(Some((1, last)));
    }
    let count = last - resume.last_seq;
    if count > most {
        return not_resumed(Some((resume.last_seq + 1, last)));
    }
    Missed {
        resumed: true,
        count,
        gap: None,
    }
}

/// Messages that the customer has not displayed. Whoever writes has read what came before.
async fn unread(webchat: &Webchat, thread: ThreadId, last: u64) -> Result<u64, ReadError> {
    let seen = webchat.read_positions.position(thread);
    if last <= seen {
        return Ok(0);
    }
    let range = TranscriptRange::Before(Sequence(last + 1));
    let latest = webchat
        .conversations
        .entries(thread, range, MAX_COUNTED_UNREAD)
        .await?;
    let unread = latest
        .into_iter()
        .rev()
        .map(Entry::new)
        .take_while(|entry: &Arc<Entry>| entry.sequence() > seen && !entry.is_from_customer())
        .filter(|entry| entry.is_message());
    Ok(unread.count() as u64)
}
