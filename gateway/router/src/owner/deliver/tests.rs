use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use signalbox_rules::{Decision, Facts, Inputs};
use signalbox_sealed::DeploymentKey;
use signalbox_store::{EntryId, MemoryArchive, MemoryStore, Offset, PartitionId, Store, ThreadId};

use super::{Forwarded, forward};
use crate::desk::DeskEvent;
use crate::directory::Directory;
use crate::environment::Environment;
use crate::event::{Event, ThreadEvent, ThreadHints};
use crate::ingest::AcceptError;
use crate::observer::Deaf;
use crate::rules::Rules;
use crate::settings::RouterSettings;
use crate::shared::{Shared, SharedParts};
use crate::vault::Vault;

/// A world without events.
#[derive(Default)]
struct Nothing {
    drawn: AtomicU64,
}

#[async_trait]
impl Environment for Nothing {
    fn now(&self) -> Timestamp {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
            *byte = drawn.to_le_bytes()[0];
        }
    }

    async fn sleep(&self, _: Duration) {}
}

impl ThreadHints for Nothing {
    fn entries(&self, _: ThreadId, _: &[Arc<ThreadEvent>]) {}
    fn stale(&self, _: ThreadId) {}
}

impl Rules for Nothing {
    fn bundle(&self) -> &str {
        "nothing"
    }

    fn default_queue(&self) -> Arc<str> {
        "everybody".into()
    }

    fn default_language(&self) -> Arc<str> {
        "en".into()
    }

    fn decide(&self, _: Inputs<'_>) -> Decision {
        Decision::default()
    }

    fn read_facts(&self, facts: &Facts) -> Facts {
        facts.clone()
    }
}

/// What another version of signalbox may have written of the same news.
fn left(handoff: u64) -> Event {
    Event::AtDesk(DeskEvent::Left {
        thread: ThreadId([1; 16]),
        handoff,
    })
}

fn shared_on(store: &MemoryStore, key: Arc<DeploymentKey>) -> Shared {
    let store: Arc<dyn Store> = Arc::new(store.clone());
    let nothing = Arc::new(Nothing::default());
    let settings = RouterSettings::default();
    Shared::new(SharedParts {
        store: store.clone(),
        archive: Arc::new(MemoryArchive::new()),
        environment: nothing.clone(),
        hints: nothing.clone(),
        observer: Arc::new(Deaf),
        directory: Directory::new(key.clone(), settings.customer_partitions),
        vault: Vault::new(key, store, nothing.clone()),
        settings,
        rules: nothing,
        adapters: Vec::new(),
    })
}

#[tokio::test]
async fn news_of_the_desk_arrive_even_where_their_name_is_taken() {
    let key = Arc::new(DeploymentKey::from_bytes(&[7; 32]));
    let store = MemoryStore::new();
    let shared = shared_on(&store, key);
    let desk = shared.directory.desk();
    let id = EntryId([9; 16]);
    let news = |handoff| Forwarded {
        to: desk,
        event: left(handoff),
    };
    forward(&shared, news(1), id, true).await.unwrap();
    let refused = forward(&shared, news(2), id, false).await;
    assert!(matches!(refused, Err(AcceptError::Conflict)), "{refused:?}");
    for _ in 0..2 {
        forward(&shared, news(2), id, true).await.unwrap();
    }
    let kept = store
        .inbox(PartitionId::desk(), Offset(0), 10)
        .await
        .unwrap();
    assert_eq!(kept.len(), 2, "both, and each once");
}
