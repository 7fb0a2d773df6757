//! The Redis store is a store.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use signalbox_store::Store;
use signalbox_store::conformance::{self, Workbench};

use crate::server::{DURABLE, Server};

/// Stores of one server, each in a namespace of its own, found again by the store's address.
struct Namespaces {
    server: tokio::sync::Mutex<Server>,
    of: Mutex<BTreeMap<usize, String>>,
    made: Mutex<u64>,
}

impl Namespaces {
    async fn open(&self, namespace: String) -> Arc<dyn Store> {
        let store: Arc<dyn Store> = Arc::new(self.server.lock().await.open(&namespace).await);
        self.of.lock().insert(address(&store), namespace);
        store
    }
}

fn address(store: &Arc<dyn Store>) -> usize {
    Arc::as_ptr(store).cast::<()>() as usize
}

#[async_trait]
impl Workbench for Namespaces {
    async fn fresh(&self) -> Arc<dyn Store> {
        let number = {
            let mut made = self.made.lock();
            *made += 1;
            *made
        };
        self.open(format!("suite-{number}")).await
    }

    async fn reopen(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        let namespace = self.of.lock().remove(&address(&store));
        let namespace = namespace.expect("one of ours");
        assert_eq!(Arc::strong_count(&store), 1, "somebody still holds it");
        drop(store);
        {
            let mut server = self.server.lock().await;
            server.kill();
            server.start_again();
        }
        self.open(namespace).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_redis_store_is_a_store() {
    let bench = Namespaces {
        server: tokio::sync::Mutex::new(Server::start(DURABLE)),
        of: Mutex::default(),
        made: Mutex::default(),
    };
    conformance::run_all(&bench).await;
}
