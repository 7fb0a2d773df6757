//! The embedded store is a store, its archive an archive.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use signalbox_store::conformance::{self, Workbench};
use signalbox_store::{Durability, Store};
use signalbox_store_embedded::{EmbeddedArchive, EmbeddedStore, OpenError};
use tempfile::TempDir;

use crate::samples;

/// Each store in a directory of its own, found again by the store's address.
struct Directories {
    root: TempDir,
    durability: Durability,
    of: Mutex<BTreeMap<usize, PathBuf>>,
}

impl Directories {
    fn new(durability: Durability) -> Self {
        Self {
            root: TempDir::new().expect("a temporary directory"),
            durability,
            of: Mutex::default(),
        }
    }

    fn open(&self, directory: PathBuf) -> Arc<dyn Store> {
        let store = EmbeddedStore::open(&directory, self.durability).expect("open");
        let store: Arc<dyn Store> = Arc::new(store);
        self.of.lock().insert(address(&store), directory);
        store
    }
}

fn address(store: &Arc<dyn Store>) -> usize {
    Arc::as_ptr(store).cast::<()>() as usize
}

#[async_trait]
impl Workbench for Directories {
    async fn fresh(&self) -> Arc<dyn Store> {
        let directory = TempDir::new_in(&self.root).expect("a temporary directory");
        self.open(directory.keep())
    }

    async fn reopen(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        let directory = self
            .of
            .lock()
            .remove(&address(&store))
            .expect("one of ours");
        assert_eq!(Arc::strong_count(&store), 1, "somebody still holds it");
        drop(store);
        self.open(directory)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_store_is_a_store() {
    for durability in [
        Durability::Fsync,
        Durability::EverySecond,
        Durability::Memory,
    ] {
        conformance::run_all(&Directories::new(durability)).await;
    }
}

#[tokio::test]
async fn the_embedded_archive_is_an_archive() {
    let directory = TempDir::new().expect("a temporary directory");
    let archive = EmbeddedArchive::open(directory.path()).expect("open");
    conformance::archive(Arc::new(archive)).await;
}

#[test]
fn a_directory_belongs_to_one_store() {
    let directory = TempDir::new().expect("a temporary directory");
    let first = samples::open(directory.path());
    let second = EmbeddedStore::open(directory.path(), Durability::Fsync);
    assert!(matches!(second, Err(OpenError::InUse { .. })));
    drop(first);
    samples::open(directory.path());
}

#[test]
fn one_machine_promises_nothing_for_two() {
    let directory = TempDir::new().expect("a temporary directory");
    let store = EmbeddedStore::open(directory.path(), Durability::Replicated);
    assert!(matches!(store, Err(OpenError::NotReplicated)));
}

#[test]
fn a_newer_format_is_refused() {
    let directory = TempDir::new().expect("a temporary directory");
    drop(samples::open(directory.path()));
    let file = directory.path().join("store.db");
    let connection = rusqlite::Connection::open(&file).expect("open");
    connection
        .pragma_update(None, "user_version", 2)
        .expect("a later version was here");
    drop(connection);
    let Err(error) = EmbeddedStore::open(directory.path(), Durability::Fsync) else {
        panic!("a store of a later version must not open");
    };
    let words = error.to_string();
    assert!(
        words.contains("has format 2, this version knows up to 1"),
        "{words}"
    );
}
