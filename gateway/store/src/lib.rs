//! The durable log's trait, the records it keeps, its conformance suite and the in-memory store.
//!
//! Start at [`Store`]. An implementation is one when it passes [`conformance`]; the router knows nothing else of it.

mod archive;
pub mod conformance;
mod error;
mod faulty;
mod ids;
mod memory;
mod records;
mod store;

pub use archive::{Archive, ArchiveBatch, ArchivedDecision, ArchivedEvent, DecidedWith};
pub use error::StoreError;
pub use faulty::{FaultCounts, FaultSchedule, FaultyStore};
pub use ids::{
    BatchId, DedupeKey, EntryId, Epoch, Fingerprint, MessageId, NodeId, Nonce, Offset, PartitionId,
    PartitionKind, Sequence, ThreadId, TimerId,
};
pub use memory::{MemoryArchive, MemoryStore};
pub use records::{
    Append, AppendReceipt, Appended, Claimed, Commit, Committed, DeadLetter, DeadLetterBounds,
    DeadLetterVerdict, Destination, Durability, Fence, Fenced, InboxRecord, JournalEntry,
    LeaseRequest, Leased, OutboxEntry, PartitionHead, Settlement, SettlementOutcome, StateWrite,
    TimerWrite, TranscriptAppend, TranscriptRange, TranscriptRecord, Trim,
};
pub use store::Store;
