//! Opens the store and the archive, and says what their durability means.

use std::path::Path;
use std::sync::Arc;

use signalbox_store::{Archive, Durability, Store};
use signalbox_store_embedded::{EmbeddedArchive, EmbeddedStore};
use signalbox_store_redis::{RedisSettings, RedisStore, ServerSettings};
use signalbox_telemetry::Metrics;

use crate::config::sections::StoreSection;
use crate::config::values::{self, StoreKind};
use crate::observer::redis::RedisFigures;
use crate::words::{Failure, Told, Words, words};

const PARTITIONS_RECORD: &str = "customer_partitions";
/// As every command ends that finds a broken environment.
const EXIT_BROKEN: i32 = 2;

/// The open stores.
pub(super) struct Storage {
    pub(super) store: Arc<dyn Store>,
    pub(super) archive: Arc<dyn Archive>,
}

impl Storage {
    pub(super) async fn open(
        data: &Path,
        section: &StoreSection,
        metrics: Arc<Metrics>,
    ) -> Result<Self, Failure> {
        let durability = of_setting(section.durability);
        if let Some(loss) = what_can_be_lost(durability) {
            tracing::warn!("{loss}");
        }
        let store: Arc<dyn Store> = match section.kind {
            StoreKind::Embedded => {
                let end_process = Arc::new(end_process);
                Arc::new(EmbeddedStore::open_with(data, durability, end_process)?)
            }
            StoreKind::Redis => {
                let figures = Arc::new(RedisFigures(metrics));
                Arc::new(RedisStore::open_with(redis_settings(section), figures).await?)
            }
        };
        Ok(Self {
            store,
            archive: Arc::new(EmbeddedArchive::open_with(data, Arc::new(end_process))?),
        })
    }

    /// A conversation's partition follows from their number, so the number stays what it was when the store was made.
    pub(super) async fn refuse_other_partitions(&self, partitions: u64) -> Result<(), Failure> {
        let record = self
            .store
            .deployment_record(PARTITIONS_RECORD)
            .await
            .map_err(|error| {
                let Words { en, zh } = error.words();
                words!(
                    "the number of partitions cannot be read from the store: {en}",
                    "无法从存储读取分区数：{zh}"
                )
            })?;
        let Some((_, bytes)) = record else {
            let bytes = partitions.to_string().into_bytes();
            self.store
                .replace_deployment_record(PARTITIONS_RECORD, 0, bytes)
                .await
                .map_err(|error| {
                    let Words { en, zh } = error.words();
                    words!(
                        "the number of partitions cannot be noted in the store: {en}",
                        "无法把分区数记入存储：{zh}"
                    )
                })?;
            return Ok(());
        };
        let made_with = String::from_utf8_lossy(&bytes);
        if made_with != partitions.to_string() {
            return Err(words!(
                "router.partitions must stay {made_with}, with which the store was made, got {partitions}",
                "router.partitions 必须保持建立存储时的 {made_with}，现在是 {partitions}"
            )
            .into());
        }
        Ok(())
    }
}

/// What every mode below `fsync` risks, for the log and for `doctor`; `None` for those that risk nothing.
pub(crate) fn what_can_be_lost(durability: Durability) -> Option<Words> {
    match durability {
        Durability::Memory => Some(words!(
            "store.durability is memory: every message is lost when the machine stops, and may be when this process ends; \
             for trials only",
            "store.durability 是 memory：机器停止会丢失全部消息，进程结束也可能丢失；仅供试用"
        )),
        Durability::EverySecond => Some(words!(
            "store.durability is everysec: up to a second of acknowledged messages is lost when the machine stops; \
             none when only this process does",
            "store.durability 是 everysec：机器停止会丢失最多一秒已确认的消息；仅进程停止则不会丢"
        )),
        Durability::Fsync | Durability::Replicated => None,
    }
}

/// The setting as the store takes it.
pub(crate) fn of_setting(durability: values::Durability) -> Durability {
    match durability {
        values::Durability::Memory => Durability::Memory,
        values::Durability::EverySecond => Durability::EverySecond,
        values::Durability::Fsync => Durability::Fsync,
    }
}

/// The settings as the Redis store takes them.
pub(crate) fn redis_settings(section: &StoreSection) -> RedisSettings {
    RedisSettings {
        url: section.url.reveal().unwrap_or_default().to_owned(),
        namespace: section.namespace.0.clone(),
        durability: of_setting(section.durability),
        server: match section.server_settings {
            values::ServerSettings::Read => ServerSettings::Read,
            values::ServerSettings::Declared => ServerSettings::Declared,
        },
        timeout: section.timeout.0,
    }
}

/// The disk failed under the store. What was answered is safe; only a new start may read what is there.
fn end_process(reason: String) {
    tracing::error!(
        reason,
        "the store cannot go on, so this process ends; look at the disk, run `signalbox doctor`, start again"
    );
    std::process::exit(EXIT_BROKEN);
}
