//! A customer's chat client, written from the web chat protocol's description alone.
//!
//! It keeps what a page keeps in `localStorage` (visitor token, thread, last sequence, unacknowledged messages), so a
//! connection can end anywhere and the next one goes on. [`connection`] is one connection; this is what outlives it.
//!
//! It notes everything that the server may not do (another id for a message, two things at one sequence, an answer to
//! a `sync` that does not bring what is missing) and goes on; [`crate::oracle`] judges in the end.

mod connection;
mod transcript;
mod wire;

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use uuid::Uuid;

use crate::address::Address;
use crate::deployment::SITE;
use crate::seed::Random;

pub use transcript::{Entry, Transcript};
pub use wire::{Incoming, PATH, SUBPROTOCOL, Upgrade, UpgradeFailed, Wire};

/// The sheet's 0.5 s × 2ⁿ would make tests slow and prove nothing; the jitter is what keeps clients apart.
const BACK_OFF_AT_MOST: Duration = Duration::from_millis(20);

/// What a script wants next.
#[derive(Debug)]
pub enum Step {
    /// Say this.
    Say(String),
    /// Wait for the next thing to happen.
    Wait,
    /// It is done: leave.
    Leave,
}

/// A message of ours that is not acknowledged yet.
#[derive(Debug, Clone)]
struct Unacknowledged {
    cid: String,
    text: String,
    /// Sent on the connection that is open now.
    is_sent: bool,
}

/// What the server acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// The id that it gave the message.
    pub id: String,
    /// The sequence that it gave it.
    pub sequence: u64,
}

/// One customer in one browser.
#[derive(Debug)]
pub struct ChatClient {
    device: Uuid,
    visitor: Option<String>,
    conversation: Option<String>,
    transcript: Transcript,
    /// Unacknowledged messages in the order they were said.
    outbox: VecDeque<Unacknowledged>,
    /// All messages ever said: cid and text, in order.
    said: Vec<(String, String)>,
    acknowledged: HashMap<String, Acknowledged>,
    /// What the server must never do and did.
    violations: Vec<String>,
    /// Codes of nacks, in order.
    nacks: Vec<String>,
    /// Codes of closes, in order.
    closes: Vec<u16>,
    repairs: Repairs,
    /// After so much silence the connection is asked whether it lives; after as much again it is given up.
    silence: Duration,
    /// Whether the server may say that it cannot answer now.
    is_forgiving: bool,
    random: Random,
}

/// How often the client had to ask for what it missed.
#[derive(Debug, Default, Clone, Copy)]
pub struct Repairs {
    /// `sync` frames sent.
    pub syncs: u64,
    /// `gap` frames got.
    pub gaps: u64,
    /// `history` pages got.
    pub pages: u64,
    /// Connections on which the server took the session up.
    pub resumed: u64,
    /// Connections made.
    pub connections: u64,
}

impl ChatClient {
    /// A customer that nobody has seen yet. `random` decides its ids and what it does where the sheet leaves it open.
    pub fn new(mut random: Random) -> Self {
        Self {
            device: random.uuid(),
            visitor: None,
            conversation: None,
            transcript: Transcript::default(),
            outbox: VecDeque::new(),
            said: Vec::new(),
            acknowledged: HashMap::new(),
            violations: Vec::new(),
            nacks: Vec::new(),
            closes: Vec::new(),
            repairs: Repairs::default(),
            silence: Duration::from_secs(5),
            is_forgiving: false,
            random,
        }
    }

    /// The same customer in another browser that knows only who it is: it has to load everything from the server.
    pub fn elsewhere(&self, mut random: Random) -> Self {
        Self {
            visitor: self.visitor.clone(),
            conversation: self.conversation.clone(),
            ..Self::new(random.fork())
        }
    }

    /// The server may say that it cannot answer now, as it does while its store is away; then another connection asks again.
    #[must_use]
    pub fn forgiving(mut self) -> Self {
        self.is_forgiving = true;
        self
    }

    /// Gives connections up sooner, for lines that die without a word.
    #[must_use]
    pub fn with_silence(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }

    /// Chats as the script wants, on as many connections as it takes, until it leaves.
    pub async fn chat(&mut self, address: &mut Address, script: &mut dyn Script) {
        while !self.chat_once(address, script).await {
            let most = BACK_OFF_AT_MOST.as_micros() as u64;
            // The pause before a reconnect belongs to the protocol: full jitter.
            tokio::time::sleep(Duration::from_micros(self.random.below(most))).await;
        }
    }

    /// As [`ChatClient::chat`], on one connection. Answers whether the script left (and not the connection ended).
    pub async fn chat_once(&mut self, address: &mut Address, script: &mut dyn Script) -> bool {
        let address = address.get().await;
        self.repairs.connections += 1;
        connection::run(self, address, script).await
    }

    /// What it knows of its thread.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Everything it ever said, cid and text, in order.
    pub fn said(&self) -> &[(String, String)] {
        &self.said
    }

    /// What was acknowledged, by cid.
    pub fn acknowledged(&self) -> &HashMap<String, Acknowledged> {
        &self.acknowledged
    }

    /// Messages that were said and not acknowledged yet.
    pub fn unacknowledged(&self) -> usize {
        self.outbox.len()
    }

    /// Messages that were said and not answered yet.
    pub fn unanswered(&self) -> usize {
        // Answers come in order, so looking from the end is short.
        let newest_first = self.said.iter().rev();
        newest_first
            .take_while(|(cid, _)| !self.transcript.is_answered(cid))
            .count()
    }

    /// What the server must never do and did.
    pub fn violations(&self) -> &[String] {
        &self.violations
    }

    /// Codes of the nacks so far.
    pub fn nacks(&self) -> &[String] {
        &self.nacks
    }

    /// Codes with which the server closed, so far.
    pub fn closes(&self) -> &[u16] {
        &self.closes
    }

    /// What had to be asked for again.
    pub fn repairs(&self) -> Repairs {
        self.repairs
    }

    /// The token by which the server knows this visitor.
    pub fn visitor(&self) -> Option<&str> {
        self.visitor.as_deref()
    }

    /// The thread's name.
    pub fn conversation(&self) -> Option<&str> {
        self.conversation.as_deref()
    }

    pub(crate) fn say(&mut self, text: String) {
        let cid = self.random.uuid().to_string();
        self.said.push((cid.clone(), text.clone()));
        self.outbox.push_back(Unacknowledged {
            cid,
            text,
            is_sent: false,
        });
    }

    fn violated(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }

    /// Enters an event, which is an ack too where it is our own message.
    pub(crate) fn enter(&mut self, sequence: u64, entry: Entry) {
        if let (Some(cid), "customer") = (entry.cid.clone(), entry.from.as_str()) {
            let acknowledged = Acknowledged {
                id: entry.id.clone(),
                sequence,
            };
            self.acknowledge(&cid, acknowledged);
        }
        if let Err(contradiction) = self.transcript.enter(sequence, entry) {
            self.violated(contradiction.to_string());
        }
    }

    /// Notes an ack; answers the text that it was for, the first time.
    fn acknowledge(&mut self, cid: &str, acknowledged: Acknowledged) -> Option<String> {
        match self.acknowledged.get(cid) {
            Some(before) if *before != acknowledged => self.violated(format!(
                "{cid} was acknowledged as {before:?} and then as {acknowledged:?}"
            )),
            Some(_) => {}
            None => {
                self.acknowledged.insert(cid.to_owned(), acknowledged);
            }
        }
        let place = self.outbox.iter().position(|message| message.cid == cid)?;
        self.outbox.remove(place).map(|message| message.text)
    }
}

/// Decides what a customer does. Asked after everything that happens.
pub trait Script: Send {
    /// The next step.
    fn next(&mut self, chat: &ChatClient) -> Step;
}

impl<F: FnMut(&ChatClient) -> Step + Send> Script for F {
    fn next(&mut self, chat: &ChatClient) -> Step {
        self(chat)
    }
}
