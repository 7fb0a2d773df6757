//! Bundles in the store: the sources of each that was ever live, by its hash, and which one is live.
//!
//! So a decision can be explained after its rules are long gone, a start with broken files goes on with the last good
//! ones, and people can go back to what was live before. Sealed like everything else, with a data key of the deployment's own.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_dsl::{SourceFile, SourceSet};
use signalbox_router::Environment;
use signalbox_sealed::{DataKey, DeploymentKey, Sealed, WrappedKey};
use signalbox_store::{Store, StoreError};

use crate::live_bundle::LiveBundle;
use crate::words::Told;

/// Where the data key of all others is kept, wrapped.
pub(crate) const KEY_RECORD: &str = "deployment_data_key";
const ACTIVE_RECORD: &str = "active_bundle";
const HISTORY_RECORD: &str = "bundle_history";
const ROLLED_BACK_RECORD: &str = "bundle_rolled_back";
/// Older ones are forgotten; their sources stay.
const MAX_HISTORY: usize = 100;
const KEY_OWNER: &[u8] = b"deployment";
/// Another process may write the same record at the same time; more often than this it is something else.
const MAX_TRIES: usize = 8;

/// See the module.
pub struct BundleRecords {
    store: Arc<dyn Store>,
    environment: Arc<dyn Environment>,
    key: DataKey,
}

/// Why bundles cannot be kept or found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is kept cannot be read with this key.
    #[error(
        "the record `{name}` cannot be opened: {reason}; is this the deployment key that the data was made with?"
    )]
    Closed {
        /// Which record.
        name: String,
        /// Why.
        reason: String,
    },
    /// Others kept changing it.
    #[error(
        "the record `{name}` is changed by others all the time; is another signalbox running on this store?"
    )]
    Contended {
        /// Which record.
        name: String,
    },
}

impl Told for RecordError {
    fn chinese(&self) -> String {
        match self {
            Self::Store(error) => error.chinese(),
            Self::Closed { name, reason } => {
                format!("打不开记录 `{name}`：{reason}；部署密钥是不是写入这些数据时的那一把？")
            }
            Self::Contended { name } => {
                format!("记录 `{name}` 不断被改动；是否有另一个 signalbox 在用这个存储？")
            }
        }
    }
}

/// When a bundle became the live one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// Its hash.
    pub bundle: String,
    /// How many rules it has.
    pub rules: usize,
    /// Since when.
    pub at: Timestamp,
    /// Whether people went back to it.
    #[serde(default)]
    pub by_rollback: bool,
}

#[derive(Serialize, Deserialize)]
struct KeptFile {
    path: Arc<str>,
    text: Arc<str>,
}

impl BundleRecords {
    /// Opens the records, with a new data key if there is none yet.
    ///
    /// # Errors
    /// [`RecordError`]
    pub async fn open(
        store: Arc<dyn Store>,
        environment: Arc<dyn Environment>,
        deployment_key: &DeploymentKey,
    ) -> Result<Self, RecordError> {
        let wrapped = match store.deployment_record(KEY_RECORD).await? {
            Some((_, bytes)) => bytes,
            None => {
                let candidate = DataKey::from_bytes(random(&*environment));
                let wrapped = deployment_key.wrap(&candidate, KEY_OWNER, random(&*environment));
                let bytes = wrapped.0.as_bytes().to_vec();
                // If somebody else was faster, theirs is read back.
                store
                    .replace_deployment_record(KEY_RECORD, 0, bytes.clone())
                    .await?;
                store
                    .deployment_record(KEY_RECORD)
                    .await?
                    .map_or(bytes, |(_, bytes)| bytes)
            }
        };
        let key = open_data_key(deployment_key, wrapped)?;
        Ok(Self {
            store,
            environment,
            key,
        })
    }

    /// Keeps a bundle's sources and notes that it is the live one. What was rolled back before is forgotten.
    ///
    /// # Errors
    /// [`RecordError`]
    pub async fn keep_as_active(&self, bundle: &LiveBundle) -> Result<(), RecordError> {
        self.activate(bundle, None).await
    }

    /// The same for a bundle that people went back to, away from the bundle `from`: that one is not taken again until its files
    /// change.
    ///
    /// # Errors
    /// [`RecordError`]
    pub async fn keep_as_rollback(
        &self,
        bundle: &LiveBundle,
        from: &str,
    ) -> Result<(), RecordError> {
        self.activate(bundle, Some(from)).await
    }

    async fn activate(
        &self,
        bundle: &LiveBundle,
        rolled_back: Option<&str>,
    ) -> Result<(), RecordError> {
        self.keep(bundle).await?;
        self.replace(
            ROLLED_BACK_RECORD,
            rolled_back.unwrap_or_default().as_bytes(),
        )
        .await?;
        let mut history = self.history().await?;
        if history.last().map(|last| &*last.bundle) != Some(bundle.hash()) {
            history.push(Activation {
                bundle: bundle.hash().to_owned(),
                rules: bundle.rule_names().len(),
                at: self.environment.now(),
                by_rollback: rolled_back.is_some(),
            });
            let surplus = history.len().saturating_sub(MAX_HISTORY);
            history.drain(..surplus);
            let plain =
                serde_json::to_vec(&history).map_err(|reason| closed(HISTORY_RECORD, &reason))?;
            self.replace(HISTORY_RECORD, &plain).await?;
        }
        self.replace(ACTIVE_RECORD, bundle.hash().as_bytes()).await
    }

    /// Which bundles became live when, oldest first.
    ///
    /// # Errors
    /// [`RecordError`]
    pub async fn history(&self) -> Result<Vec<Activation>, RecordError> {
        match self.read(HISTORY_RECORD).await? {
            None => Ok(Vec::new()),
            Some(plain) => {
                serde_json::from_slice(&plain).map_err(|reason| closed(HISTORY_RECORD, &reason))
            }
        }
    }

    /// The bundle that people went away from, if they did: its files are not taken until they change.
    ///
    /// # Errors
    /// [`RecordError`]
    pub async fn rolled_back(&self) -> Result<Option<String>, RecordError> {
        let hash = self.read(ROLLED_BACK_RECORD).await?;
        Ok(hash
            .map(|hash| String::from_utf8_lossy(&hash).into_owned())
            .filter(|hash| !hash.is_empty()))
    }

    /// Keeps a bundle's sources, so that its decisions can be explained.
    ///
    /// # Errors
    /// [`RecordError`]
    pub async fn keep(&self, bundle: &LiveBundle) -> Result<(), RecordError> {
        let name = bundle_record(bundle.hash());
        let files: Vec<_> = bundle
            .sources()
            .files()
            .iter()
            .map(|file| KeptFile {
                path: file.path.clone(),
                text: file.text.clone(),
            })
            .collect();
        let plain = serde_json::to_vec(&files).map_err(|reason| closed(&name, &reason))?;
        // Named by its content: if it is there, it is this.
        if self.store.deployment_record(&name).await?.is_none() {
            self.replace(&name, &plain).await?;
        }
        Ok(())
    }

    /// The sources of the bundle that was live last; `None` if none ever was.
    ///
    /// # Errors
    /// [`RecordError`]
    pub async fn last_active(&self) -> Result<Option<SourceSet>, RecordError> {
        match self.read(ACTIVE_RECORD).await? {
            None => Ok(None),
            Some(hash) => self.sources(&String::from_utf8_lossy(&hash)).await,
        }
    }

    /// The sources of a bundle that was ever live.
    ///
    /// # Errors
    /// [`RecordError`]
    pub async fn sources(&self, hash: &str) -> Result<Option<SourceSet>, RecordError> {
        let name = bundle_record(hash);
        let Some(plain) = self.read(&name).await? else {
            return Ok(None);
        };
        let files: Vec<KeptFile> =
            serde_json::from_slice(&plain).map_err(|reason| closed(&name, &reason))?;
        let files = files.into_iter().map(|file| SourceFile {
            path: file.path,
            text: file.text,
        });
        Ok(Some(SourceSet::new(files.collect())))
    }

    pub(super) async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, RecordError> {
        Ok(self.read_version(name).await?.1)
    }

    async fn replace(&self, name: &str, plain: &[u8]) -> Result<(), RecordError> {
        let changed: Result<_, RecordError> = self.modify(name, |_| Ok(plain.to_vec())).await;
        changed.map(drop)
    }

    /// Makes of a record what `change` says, and answers that. What others write meanwhile is not lost: `change` is asked again.
    pub(super) async fn modify<E: From<RecordError>>(
        &self,
        name: &str,
        change: impl Fn(Option<Vec<u8>>) -> Result<Vec<u8>, E>,
    ) -> Result<Vec<u8>, E> {
        for _ in 0..MAX_TRIES {
            let (version, plain) = self.read_version(name).await?;
            let plain = change(plain)?;
            let sealed = self
                .key
                .seal(name.as_bytes(), &plain, random(&*self.environment));
            let bytes = sealed.as_bytes().to_vec();
            let replaced = self
                .store
                .replace_deployment_record(name, version, bytes)
                .await;
            if replaced.map_err(RecordError::Store)? {
                return Ok(plain);
            }
        }
        Err(E::from(RecordError::Contended {
            name: name.to_owned(),
        }))
    }

    /// The version of a record, 0 if there is none, and what it says.
    async fn read_version(&self, name: &str) -> Result<(u64, Option<Vec<u8>>), RecordError> {
        let Some((version, bytes)) = self.store.deployment_record(name).await? else {
            return Ok((0, None));
        };
        let plain = self.key.open(name.as_bytes(), &Sealed::from_stored(bytes));
        let plain = plain.map_err(|reason| closed(name, &reason))?;
        Ok((version, Some(plain)))
    }
}

/// Opens what [`KEY_RECORD`] holds.
///
/// # Errors
/// [`RecordError::Closed`] if it was wrapped with another key, or is damaged.
pub(crate) fn open_data_key(
    deployment_key: &DeploymentKey,
    wrapped: Vec<u8>,
) -> Result<DataKey, RecordError> {
    deployment_key
        .unwrap(&WrappedKey(Sealed::from_stored(wrapped)), KEY_OWNER)
        .map_err(|reason| closed(KEY_RECORD, &reason))
}

fn bundle_record(hash: &str) -> String {
    format!("bundle/{hash}")
}

pub(super) fn closed(name: &str, reason: &dyn std::fmt::Display) -> RecordError {
    RecordError::Closed {
        name: name.to_owned(),
        reason: reason.to_string(),
    }
}

fn random<const N: usize>(environment: &dyn Environment) -> [u8; N] {
    let mut bytes = [0; N];
    environment.fill_random(&mut bytes);
    bytes
}
