//! What is remembered of one customer: the conversation, the turn that is still open, and who has the word.
//!
//! Stored sealed, as one value, in the same commit as whatever it led to. Every field has a default, so that a
//! stored customer outlives new fields.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_adapters::{Address, Attachment, Profile};
use signalbox_rules::Conversation;
use signalbox_store::{MessageId, ThreadId};

use crate::desk::DeskFile;
use crate::pushed::Pushed;

/// One customer, as the owner of the partition knows them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    /// What rules can read and change.
    pub conversation: Conversation,
    /// Messages that wait to be answered together.
    pub turn: Option<OpenTurn>,
    /// Turns so far; the open one has this number.
    pub turns: u64,
    /// Grows whenever the word passes between bot and people. What was decided under an older one does not leave any more.
    pub speaker: u64,
    /// What the channel last said about the person.
    pub profile: Profile,
    /// To whom planned outreach goes.
    pub outreach_to: Option<Address>,
    /// Other threads of the same person.
    pub linked: Vec<ThreadId>,
    /// The own thread of the user that this visitor has become: what is said here is told again there.
    pub goes_on_in: Option<ThreadId>,
    /// What was last pushed to them.
    pub pushed: Option<Pushed>,
    /// What people at the desk know and wrote.
    pub desk: DeskFile,
}

/// The messages of one turn so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenTurn {
    /// When its first message was accepted.
    pub since: Timestamp,
    /// From whom.
    pub address: Address,
    /// In order.
    pub messages: Vec<TurnMessage>,
    /// Of the last message.
    #[serde(default)]
    pub traceparent: Option<String>,
}

/// A message of a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnMessage {
    /// Its name towards clients.
    pub message_id: MessageId,
    /// The client's own id of it.
    #[serde(default)]
    pub cid: Option<String>,
    /// Its text; empty where it is an attachment without words.
    pub text: String,
    /// What came with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Attachment>,
}

impl OpenTurn {
    /// A turn with more messages than this is answered at once.
    pub const MOST_MESSAGES: usize = 20;

    /// What rules read as `text`: the messages, a line each; `None` where nothing but attachments came.
    pub fn text(&self) -> Option<String> {
        let texts = self.messages.iter();
        let is_wordless = |it: &&TurnMessage| it.text.is_empty() && it.attachment.is_some();
        let texts = texts.filter(|message| !is_wordless(message));
        let texts: Vec<&str> = texts.map(|message| message.text.as_str()).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }

    /// The attachments, in order.
    pub fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        let messages = self.messages.iter();
        messages.filter_map(|message| message.attachment.as_ref())
    }

    /// Puts what was said before in front.
    fn go_on_from(&mut self, mut earlier: Self) {
        self.since = self.since.min(earlier.since);
        earlier.messages.append(&mut self.messages);
        self.messages = earlier.messages;
    }
}

impl Customer {
    /// The speaker's token of what a person of the company says: it leaves whoever has the word meanwhile.
    pub(crate) const PERSONS_WORD: u64 = u64::MAX;
    /// Threads that a person may be linked to; past it the oldest link goes.
    const MOST_LINKED: usize = 64;

    /// Opens a turn again that was set aside; what was said since goes on in it.
    pub(crate) fn reopen(&mut self, mut turn: OpenTurn, at: Timestamp) {
        // Waiting for a person to give it back is no answer that took long.
        turn.since = at;
        match &mut self.turn {
            Some(open) => open.go_on_from(turn),
            None => self.turn = Some(turn),
        }
    }

    /// Remembers that `thread` is the same person's.
    pub fn link(&mut self, thread: ThreadId) {
        if self.linked.contains(&thread) {
            return;
        }
        if self.linked.len() == Self::MOST_LINKED {
            self.linked.remove(0);
        }
        self.linked.push(thread);
    }
}
