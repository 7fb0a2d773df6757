//! Seals and opens the stored values of customers, each with the customer's own data key.
//!
//! Keys are kept at hand for a bounded number of threads. A thread without a key was erased or never spoke.

use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;
use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use signalbox_sealed::{DataKey, DeploymentKey, OpenError, Sealed};
use signalbox_store::{
    EntryId, MessageId, Offset, PartitionId, Store, StoreError, ThreadId, TimerId,
};

use crate::environment::{Environment, random};

/// Data keys at hand, at most; 100 bytes each.
const CACHED_KEYS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(65_535);

/// What is sealed: which kind of value, and which one of its thread. Authenticated with the value, so that none can stand in
/// for another. A thread has one state, so an older one of the same thread opens too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SealedKind {
    /// An event of inbox or transcript. Inbox and transcript share one value.
    Event(MessageId),
    /// An event that a timer becomes.
    Timer(TimerId),
    State,
    Outbox(EntryId),
    /// Of the inbox record at this place.
    Decision(Offset),
}

impl SealedKind {
    fn label(self) -> &'static str {
        match self {
            Self::Event(_) => "event",
            Self::Timer(_) => "timer",
            Self::State => "state",
            Self::Outbox(_) => "outbox",
            Self::Decision(_) => "decision",
        }
    }

    /// Label, thread and name; unambiguous, since no label begins with another and both ids have one length each.
    fn context(self, thread: ThreadId) -> Vec<u8> {
        let mut context = [self.label().as_bytes(), b"/", &thread.0].concat();
        match self {
            Self::Event(message) => context.extend_from_slice(message.0.as_bytes()),
            Self::Timer(timer) => context.extend_from_slice(&timer.0),
            Self::State => {}
            Self::Outbox(entry) => context.extend_from_slice(&entry.0),
            Self::Decision(offset) => context.extend_from_slice(&offset.0.to_be_bytes()),
        }
        context
    }
}

/// Why a stored value could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum VaultError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It opened, and yet is not what this version reads.
    #[error(
        "a stored {kind} is not readable by this version: {reason}; start the version that wrote it, or a newer one"
    )]
    Unreadable { kind: &'static str, reason: String },
}

impl VaultError {
    /// The position tells enough; the error's own text may quote what a customer wrote.
    pub(crate) fn unreadable(kind: &'static str, error: &serde_json::Error) -> Self {
        let reason = format!("line {} column {}", error.line(), error.column());
        Self::Unreadable { kind, reason }
    }
}

impl From<VaultError> for StoreError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => error,
            other => Self::Damaged {
                what: other.to_string(),
            },
        }
    }
}

pub(crate) struct Vault {
    deployment: Arc<DeploymentKey>,
    store: Arc<dyn Store>,
    environment: Arc<dyn Environment>,
    keys: Mutex<LruCache<ThreadId, DataKey>>,
}

impl Vault {
    pub(crate) fn new(
        deployment: Arc<DeploymentKey>,
        store: Arc<dyn Store>,
        environment: Arc<dyn Environment>,
    ) -> Self {
        Self {
            deployment,
            store,
            environment,
            keys: Mutex::new(LruCache::new(CACHED_KEYS)),
        }
    }

    /// The thread's key; makes and keeps one if it has none.
    pub(crate) async fn key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<DataKey, VaultError> {
        if let Some(key) = self.cached(thread) {
            return Ok(key);
        }
        let fresh = DataKey::from_bytes(random(&*self.environment));
        let candidate = self
            .deployment
            .wrap(&fresh, &thread.0, random(&*self.environment));
        let kept = self.store.data_key(partition, thread, candidate).await?;
        self.remember(thread, self.deployment.unwrap(&kept, &thread.0)?)
    }

    /// The thread's key, if it has one.
    pub(crate) async fn existing_key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<DataKey>, VaultError> {
        if let Some(key) = self.cached(thread) {
            return Ok(Some(key));
        }
        match self.store.existing_data_key(partition, thread).await? {
            None => Ok(None),
            Some(wrapped) => self
                .remember(thread, self.deployment.unwrap(&wrapped, &thread.0)?)
                .map(Some),
        }
    }

    pub(crate) fn seal<T: Serialize>(
        &self,
        key: &DataKey,
        kind: SealedKind,
        thread: ThreadId,
        value: &T,
    ) -> Result<Sealed, VaultError> {
        let plain = serde_json::to_vec(value)
            .map_err(|error| VaultError::unreadable(kind.label(), &error))?;
        Ok(key.seal(&kind.context(thread), &plain, random(&*self.environment)))
    }

    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        key: &DataKey,
        kind: SealedKind,
        thread: ThreadId,
        sealed: &Sealed,
    ) -> Result<T, VaultError> {
        let plain = key.open(&kind.context(thread), sealed)?;
        serde_json::from_slice(&plain).map_err(|error| VaultError::unreadable(kind.label(), &error))
    }

    fn cached(&self, thread: ThreadId) -> Option<DataKey> {
        self.keys.lock().get(&thread).cloned()
    }

    fn remember(&self, thread: ThreadId, key: DataKey) -> Result<DataKey, VaultError> {
        self.keys.lock().put(thread, key.clone());
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use signalbox_store::{EntryId, MessageId, Offset, ThreadId, TimerId};
    use uuid::Uuid;

    use super::SealedKind;

    #[test]
    fn no_two_values_are_sealed_for_the_same_place() {
        let message = |number| SealedKind::Event(MessageId(Uuid::from_u128(number)));
        let kinds = [
            message(1),
            message(2),
            SealedKind::Timer(TimerId([1; 16])),
            SealedKind::Timer(TimerId([2; 16])),
            SealedKind::State,
            SealedKind::Outbox(EntryId([1; 16])),
            SealedKind::Outbox(EntryId([2; 16])),
            SealedKind::Decision(Offset(1)),
            SealedKind::Decision(Offset(2)),
        ];
        let mut contexts: Vec<_> = [ThreadId([1; 16]), ThreadId([2; 16])]
            .into_iter()
            .flat_map(|thread| kinds.map(|kind| kind.context(thread)))
            .collect();
        contexts.sort();
        contexts.dedup();
        assert_eq!(contexts.len(), 2 * kinds.len());
    }
}
