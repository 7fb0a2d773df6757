//! What the records are named by.

use serde::{Deserialize, Serialize};
use signalbox_sealed::KeyedHash;
use uuid::Uuid;

/// The four kinds of partition: the same log and the same commit, for different writers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartitionKind {
    /// Conversations; a fixed number of partitions, by hash of the identity.
    Customer,
    /// A queue group's waiting list, agents and capacity.
    Desk,
    /// A channel account: pull cursors, binds, tokens, rate.
    Account,
    /// Budgets and caps of outreach.
    Campaign,
}

/// The unit of order and of ownership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PartitionId {
    /// What it is for.
    pub kind: PartitionKind,
    /// Which of its kind.
    pub number: u16,
}

impl PartitionId {
    /// A partition of conversations.
    pub fn customer(number: u16) -> Self {
        Self {
            kind: PartitionKind::Customer,
            number,
        }
    }

    /// The partition of the desk; there is one.
    pub fn desk() -> Self {
        Self {
            kind: PartitionKind::Desk,
            number: 0,
        }
    }
}

impl std::fmt::Display for PartitionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            PartitionKind::Customer => "customer",
            PartitionKind::Desk => "desk",
            PartitionKind::Account => "account",
            PartitionKind::Campaign => "campaign",
        };
        write!(f, "{kind}-{}", self.number)
    }
}

macro_rules! counted {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// The one after it.
            pub fn next(self) -> Self {
                Self(self.0 + 1)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

counted!(
    /// A place in a partition's inbox. The first record has 1; 0 is before all.
    Offset
);
counted!(
    /// A place in a thread: 1, 2, 3 … without gaps, never renumbered; 0 is before all.
    Sequence
);
counted!(
    /// Counts the owners of a partition.
    Epoch
);

macro_rules! hashed {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub KeyedHash);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

hashed!(
    /// One address of a person and what was said there: keyed hash of (channel account, external id).
    /// Names the thread's transcript, its data key and, until identities are linked, the customer's state.
    ThreadId
);
hashed!(
    /// What makes a repeated message recognisable: keyed hash of (thread, the channel's message id).
    DedupeKey
);
hashed!(
    /// Keyed hash of a message's content, so that one id with two contents is noticed.
    Fingerprint
);
hashed!(
    /// An outbox entry's stable key, the same on every attempt: hash of (partition, offset, place in the decision).
    EntryId
);
hashed!(
    /// A timer: hash of (thread, what it is for). Setting it again moves it.
    TimerId
);
hashed!(
    /// A batch of one owner: hash of (partition, fence, from, to).
    BatchId
);
hashed!(
    /// Drawn by an owner when it takes a partition, since epochs can regress when an old replica takes over.
    Nonce
);
hashed!(
    /// A running gateway process.
    NodeId
);

/// A message's name towards clients, `m_…` there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub Uuid);

impl TimerId {
    /// The name of the event that a timer becomes at a place in the inbox: the same in every store, another one each time
    /// the timer fires.
    pub fn fired_at(self, offset: Offset) -> MessageId {
        let mut bytes = self.0;
        for (byte, place) in bytes.iter_mut().rev().zip(offset.0.to_le_bytes()) {
            *byte ^= place;
        }
        MessageId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}
