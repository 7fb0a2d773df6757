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
use signalbox_store::{PartitionId, Store, StoreError, ThreadId};

use crate::environment::{Environment, random};

/// Data keys at hand, at most; 100 bytes each.
const CACHED_KEYS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(65_535);

/// What kind of value is sealed; authenticated with it, so that no value can stand in for another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SealedKind {
    /// An event of inbox or transcript. Inbox and transcript share one value.
    Event,
    State,
    Outbox,
    Decision,
}

impl SealedKind {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Event => b"event",
            Self::State => b"state",
            Self::Outbox => b"outbox",
            Self::Decision => b"decision",
        }
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
    pub(crate) fn unreadable(kind: SealedKind, error: &serde_json::Error) -> Self {
        let reason = format!("line {} column {}", error.line(), error.column());
        Self::Unreadable {
            kind: std::str::from_utf8(kind.label()).unwrap_or("value"),
            reason,
        }
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
        let plain =
            serde_json::to_vec(value).map_err(|error| VaultError::unreadable(kind, &error))?;
        Ok(key.seal(&context(kind, thread), &plain, random(&*self.environment)))
    }

    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        key: &DataKey,
        kind: SealedKind,
        thread: ThreadId,
        sealed: &Sealed,
    ) -> Result<T, VaultError> {
        let plain = key.open(&context(kind, thread), sealed)?;
        serde_json::from_slice(&plain).map_err(|error| VaultError::unreadable(kind, &error))
    }

    fn cached(&self, thread: ThreadId) -> Option<DataKey> {
        self.keys.lock().get(&thread).cloned()
    }

    fn remember(&self, thread: ThreadId, key: DataKey) -> Result<DataKey, VaultError> {
        self.keys.lock().put(thread, key.clone());
        Ok(key)
    }
}

fn context(kind: SealedKind, thread: ThreadId) -> Vec<u8> {
    [kind.label(), b"/", &thread.0].concat()
}
