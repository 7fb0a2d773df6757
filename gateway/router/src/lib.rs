//! The way of a message: ingest, turn, decide, commit, deliver. Over traits (store, archive, rules, clock and randomness,
//! adapters, listeners), so that a simulator can own all of them.
//!
//! Start at [`Router`]; a message's way is `ingest.rs`, `mailbox.rs`, `owner.rs` and `owner/`, `step.rs` and
//! `step/`, `archiver.rs`.
//!
//! *Invariant:* it only ever goes forward. Whatever happens to a customer is an event of the customer's partition, handled
//! by one owner in one order; whatever an event leads to is committed together or not at all.

mod archiver;
mod carried;
mod customer;
mod customer_facts;
mod decision_record;
mod decisions;
mod delivery_mode;
mod desk;
mod directory;
mod environment;
mod event;
mod event_facts;
mod homes;
mod ingest;
mod language;
mod mailbox;
mod observer;
mod outbox;
mod owner;
mod pauses;
mod pushed;
mod report;
mod router;
mod rules;
mod settings;
mod shared;
mod step;
mod transcript;
mod vault;

pub use carried::Carried;
pub use customer::{Customer, OpenTurn, TurnMessage};
pub use decision_record::{DecisionOutcome, DecisionRecord};
pub use delivery_mode::DeliveryMode;
pub use desk::{
    AGENT_GONE_AFTER, Agent, Answer, AnswerResult, Asked, Case, Decided, Desk, DeskAct, DeskError,
    DeskEvent, DeskFigures, DeskFile, EmotionPoint, Ended, FromDesk, Held, Note, NoteAuthor,
    QueueFigures, Reason, RequestId, Saying, SayingOutcome, Spoken, Whisper, WhisperError, Wish,
};
pub use directory::Directory;
pub use environment::Environment;
pub use event::{Event, PageSeen, ReceiptOutcome, Said, Shown, Speaker, ThreadEvent, ThreadHints};
pub use homes::LoggedIn;
pub use ingest::{AcceptError, Accepted};
pub use observer::{
    CommitAnswer, Deaf, DecisionPlace, DeliveryAnswer, Handling, Observer, Reception,
};
pub use outbox::{GivenUp, OutboxError, OutboxItem, OutboxKind, OutboxList, OutboxPage};
pub use pauses::PausedAccount;
pub use pushed::Pushed;
pub use report::{Happened, Report, ReportError};
pub use router::{Router, RouterParts};
pub use rules::{ActiveBundle, Misfit, Rules};
pub use settings::RouterSettings;
pub use step::HandedOn;
pub use transcript::ReadError;
