//! The memory store is a store, the memory archive an archive.

use std::sync::Arc;

use async_trait::async_trait;

use super::{MemoryArchive, MemoryStore};
use crate::conformance::{self, Workbench};
use crate::store::Store;

struct InMemory;

#[async_trait]
impl Workbench for InMemory {
    async fn fresh(&self) -> Arc<dyn Store> {
        Arc::new(MemoryStore::new())
    }

    async fn reopen(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        store
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_memory_store_is_a_store() {
    conformance::run_all(&InMemory).await;
}

#[tokio::test]
async fn the_memory_archive_is_an_archive() {
    conformance::archive(Arc::new(MemoryArchive::new())).await;
}
