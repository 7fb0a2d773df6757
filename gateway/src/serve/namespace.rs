//! One gateway uses a store that others can reach: its archive, and by default its key, lie in its own data directory, so a second
//! one beside it would archive elsewhere what it decides, and read nothing of what the first archived (ADR 0004).
//!
//! A record of the deployment names who it is and until when; it is renewed while the gateway runs, and given up when it stops.
//! *Not here:* safety of single writes: that is each partition's own fence.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_router::Environment;
use signalbox_store::{NodeId, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::words::{Told, Words, words};

const RECORD: &str = "gateway";
/// A gateway that has not been heard of for so long is gone.
const HELD_FOR: Duration = Duration::from_secs(30);
const RENEWED_EVERY: Duration = Duration::from_secs(5);
/// Somebody else wrote at the same moment so often: then it is said, and not tried for ever.
const MOST_TRIES: u32 = 8;

/// Why a gateway may not use the store.
#[derive(Debug)]
pub(super) struct NamespaceError(Words);

impl std::fmt::Display for NamespaceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Told for NamespaceError {
    fn chinese(&self) -> String {
        self.0.zh.clone()
    }
}

/// Who uses the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    node: String,
    /// For people: on which machine, and where its data lie.
    host: String,
    data: String,
    until: Timestamp,
}

/// The right to use the store.
pub(super) struct Namespace {
    store: Arc<dyn Store>,
    environment: Arc<dyn Environment>,
    me: Holder,
}

/// Who stands in the record.
enum Standing {
    /// We, or nobody any more.
    Ours,
    Another(Holder),
}

impl Namespace {
    /// Takes the right to use the store.
    ///
    /// # Errors
    /// Another gateway has it, or the store does not answer.
    pub(super) async fn take(
        store: Arc<dyn Store>,
        environment: Arc<dyn Environment>,
        node: NodeId,
        data: &Path,
    ) -> Result<Self, NamespaceError> {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let data = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
        let namespace = Self {
            me: Holder {
                node: node.to_string(),
                host: host.trim().to_owned(),
                data: data.display().to_string(),
                until: Timestamp::MIN,
            },
            store,
            environment,
        };
        match namespace.write(HELD_FOR).await {
            Ok(Standing::Ours) => Ok(namespace),
            Ok(Standing::Another(holder)) => Err(held(&holder)),
            Err(error) => Err(unanswered(&error)),
        }
    }

    /// Renews the right until `stop`. Ends `lost` if another gateway has taken it, because this one was not heard of for too
    /// long.
    pub(super) async fn keep(self: Arc<Self>, stop: CancellationToken, lost: CancellationToken) {
        loop {
            tokio::select! {
                () = self.environment.sleep(RENEWED_EVERY) => {}
                () = stop.cancelled() => return,
            }
            match self.write(HELD_FOR).await {
                Ok(Standing::Ours) => {}
                Ok(Standing::Another(holder)) => {
                    tracing::error!(
                        host = holder.host,
                        data = holder.data,
                        "another gateway uses this store now, because this one was not heard of for too long; this one stops"
                    );
                    lost.cancel();
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, "the store did not take that this gateway still uses it; telling it again");
                }
            }
        }
    }

    /// Gives the right up, so that another gateway need not wait. What fails runs out by itself.
    pub(super) async fn give_up(&self) {
        if let Err(error) = self.write(Duration::ZERO).await {
            tracing::debug!(%error, "the store was not told that this gateway has stopped");
        }
    }

    /// Writes us down for so long, unless another gateway is there.
    async fn write(&self, held_for: Duration) -> Result<Standing, StoreError> {
        for _ in 0..MOST_TRIES {
            let now = self.environment.now();
            let (version, before) = match self.store.deployment_record(RECORD).await? {
                Some((version, bytes)) => (version, Some(read(&bytes)?)),
                None => (0, None),
            };
            if let Some(holder) = before
                && holder.node != self.me.node
                && holder.until > now
            {
                return Ok(Standing::Another(holder));
            }
            let me = Holder {
                until: now.checked_add(held_for).unwrap_or(Timestamp::MAX),
                ..self.me.clone()
            };
            let bytes = serde_json::to_vec(&me).map_err(|error| StoreError::Unavailable {
                reason: error.to_string(),
            })?;
            let written = self
                .store
                .replace_deployment_record(RECORD, version, bytes)
                .await?;
            if written {
                return Ok(Standing::Ours);
            }
        }
        Err(StoreError::Unavailable {
            reason: "several gateways want to use it at the same moment".to_owned(),
        })
    }
}

fn read(bytes: &[u8]) -> Result<Holder, StoreError> {
    serde_json::from_slice(bytes).map_err(|_| StoreError::Unavailable {
        reason: "who uses it is written in a way that this version does not know; use the newer version of signalbox".to_owned(),
    })
}

fn held(holder: &Holder) -> NamespaceError {
    let Holder {
        host, data, until, ..
    } = holder;
    NamespaceError(words!(
        "another gateway uses this namespace of the Redis server: on {host}, with its data in {data}, last heard of until {until}; \
         stop it, or give this gateway a store.namespace of its own. To move the gateway here, stop it, move its data directory \
         with it, and start it from there",
        "这台 Redis 服务器上的同一命名空间正被另一个网关使用：主机 {host}，数据目录 {data}，占用至 {until}；请先停掉它，\
         或为本网关另设 store.namespace。若要把网关搬到这里，请停掉它，连同数据目录一起搬来再启动"
    ))
}

fn unanswered(error: &StoreError) -> NamespaceError {
    let Words { en, zh } = error.words();
    NamespaceError(words!(
        "whether another gateway uses the store cannot be found out: {en}",
        "无法确认存储是否正被另一个网关使用：{zh}"
    ))
}

/// Why this gateway stopped by itself.
pub(super) fn lost() -> NamespaceError {
    NamespaceError(words!(
        "stopped, because another gateway uses this namespace of the Redis server now; the log names it",
        "已停止：这台 Redis 服务器上的同一命名空间现由另一个网关使用，日志中写明是哪一个"
    ))
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use parking_lot::Mutex;
    use signalbox_store::MemoryStore;

    use super::*;

    /// A clock that the test moves.
    struct Clock(Mutex<Timestamp>);

    #[async_trait]
    impl Environment for Clock {
        fn now(&self) -> Timestamp {
            *self.0.lock()
        }

        fn fill_random(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }

        async fn sleep(&self, _: Duration) {
            tokio::task::yield_now().await;
        }
    }

    struct Bench {
        store: Arc<dyn Store>,
        clock: Arc<Clock>,
    }

    impl Bench {
        fn new() -> Self {
            Self {
                store: Arc::new(MemoryStore::new()),
                clock: Arc::new(Clock(Mutex::new(Timestamp::UNIX_EPOCH))),
            }
        }

        async fn take(&self, node: u8) -> Result<Namespace, NamespaceError> {
            let (store, clock) = (self.store.clone(), self.clock.clone());
            let data = format!("/srv/{node}");
            Namespace::take(store, clock, NodeId([node; 16]), Path::new(&data)).await
        }

        fn pass(&self, time: Duration) {
            let mut now = self.clock.0.lock();
            *now = now.checked_add(time).unwrap();
        }
    }

    #[tokio::test]
    async fn a_second_gateway_is_told_who_has_it_until_that_one_is_gone() {
        let bench = Bench::new();
        let first = bench.take(1).await.ok().unwrap();
        let refused = bench.take(2).await.err().unwrap();
        let told = refused.words();
        assert!(
            told.en.contains("/srv/1") && told.en.contains("stop it"),
            "{told:?}"
        );
        assert!(told.zh.contains("/srv/1"), "{told:?}");
        assert!(bench.take(1).await.is_ok(), "the same after a restart");

        first.give_up().await;
        assert!(bench.take(2).await.is_ok(), "it was given up");
        assert!(bench.take(1).await.is_err());
        bench.pass(HELD_FOR);
        assert!(
            bench.take(1).await.is_ok(),
            "nobody has heard of the second for too long"
        );
    }

    #[tokio::test]
    async fn who_keeps_it_has_it_and_who_has_lost_it_is_told() {
        let bench = Bench::new();
        let first = Arc::new(bench.take(1).await.ok().unwrap());
        let (stop, lost) = (CancellationToken::new(), CancellationToken::new());
        bench.pass(HELD_FOR * 2);
        // A write while nobody else has come keeps it.
        first.write(HELD_FOR).await.unwrap();
        assert!(bench.take(2).await.is_err());
        bench.pass(HELD_FOR);
        let second = bench.take(2).await;
        assert!(second.is_ok());
        first.keep(stop, lost.clone()).await;
        assert!(lost.is_cancelled());
    }
}
