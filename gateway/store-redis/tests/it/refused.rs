//! A server whose settings break a promise is not used, and whoever set it up is told why.

use std::time::Duration;

use signalbox_store::{Durability, Store, StoreError};
use signalbox_store_redis::{OpenError, RedisSettings, RedisStore, Refusal, ServerSettings};

use crate::samples;
use crate::server::{DURABLE, Server};

async fn refusal(options: &[&str], durability: Durability) -> Refusal {
    let server = Server::start(options);
    let settings = RedisSettings {
        durability,
        ..server.settings("shop")
    };
    match server.refuses(settings).await {
        OpenError::Refused { refusal, .. } => refusal,
        other => panic!("it is refused for its settings, not for: {other}"),
    }
}

#[tokio::test]
async fn a_server_that_drops_keys_is_refused() {
    let options = [DURABLE, &["--maxmemory-policy", "allkeys-lru"]].concat();
    let refusal = refusal(&options, Durability::Fsync).await;
    let words = refusal.to_string();
    assert!(
        words.contains("set `maxmemory-policy noeviction`"),
        "{words}"
    );
}

#[tokio::test]
async fn a_server_without_a_log_is_refused() {
    for durability in [Durability::Fsync, Durability::EverySecond] {
        let refusal = refusal(&["--appendonly", "no"], durability).await;
        assert!(matches!(refusal, Refusal::NoLog { .. }), "{refusal}");
    }
}

#[tokio::test]
async fn a_server_that_syncs_too_rarely_is_refused() {
    let refusal = refusal(
        &["--appendonly", "yes", "--appendfsync", "everysec"],
        Durability::Fsync,
    )
    .await;
    let words = refusal.to_string();
    assert!(words.contains("set `appendfsync always`"), "{words}");
}

#[tokio::test]
async fn a_server_that_pauses_its_syncs_is_refused() {
    let options = [DURABLE, &["--no-appendfsync-on-rewrite", "yes"]].concat();
    assert_eq!(
        refusal(&options, Durability::Fsync).await,
        Refusal::SyncPauses
    );
}

#[tokio::test]
async fn a_replica_is_refused() {
    let options = [DURABLE, &["--replicaof", "127.0.0.1", "1"]].concat();
    assert_eq!(refusal(&options, Durability::Fsync).await, Refusal::Replica);
}

#[tokio::test]
async fn a_server_that_hides_its_settings_is_declared_by_hand() {
    let options = [DURABLE, &["--rename-command", "CONFIG", ""]].concat();
    let server = Server::start(&options);
    let hidden = server.refuses(server.settings("shop")).await.to_string();
    assert!(
        hidden.contains("set store.server_settings to declared"),
        "{hidden}"
    );
    let declared = RedisSettings {
        server: ServerSettings::Declared,
        ..server.settings("shop")
    };
    let store = RedisStore::open(declared).await.expect("it is declared");
    assert_eq!(store.ready().await, Ok(()));
}

#[tokio::test]
async fn weaker_modes_ask_for_less() {
    let server = Server::start(&["--appendonly", "no"]);
    let settings = RedisSettings {
        durability: Durability::Memory,
        ..server.settings("shop")
    };
    let store = RedisStore::open(settings)
        .await
        .expect("nothing is promised");
    assert_eq!(store.durability(), Durability::Memory);
}

#[tokio::test]
async fn a_server_that_comes_back_weaker_gets_no_write() {
    let mut server = Server::start(DURABLE);
    let store = server.open("shop").await;
    samples::keep(&store, 1).await.expect("it is durable");
    server.kill();
    server.start_again_with(&["--appendonly", "no"]);
    // A store opens once the server takes connections again; this one asks for nothing.
    let settings = RedisSettings {
        durability: Durability::Memory,
        ..server.settings("other")
    };
    RedisStore::open(settings).await.expect("it is there again");
    // The first call finds the old connection broken.
    let _ = samples::keep(&store, 2).await;
    let Err(StoreError::Unavailable { reason }) = samples::keep(&store, 2).await else {
        panic!("a server without a log keeps nothing durably");
    };
    assert!(reason.contains("appendonly"), "{reason}");
    let ready = store.ready().await;
    assert!(
        matches!(ready, Err(StoreError::Unavailable { .. })),
        "{ready:?}"
    );
}

#[tokio::test]
async fn a_server_that_is_set_up_anew_gets_no_write_once_that_is_seen() {
    let server = Server::start(DURABLE);
    let store = server.open("shop").await;
    for number in 0..samples::PARTITIONS {
        samples::keep(&store, number).await.expect("it is durable");
    }
    server.command(&["CONFIG", "SET", "appendfsync", "everysec"]);
    let ready = store.ready().await;
    let Err(StoreError::Unavailable { reason }) = ready else {
        panic!("fsync is promised: {ready:?}");
    };
    assert!(reason.contains("set `appendfsync always`"), "{reason}");
    for number in 0..samples::PARTITIONS {
        let kept = samples::keep(&store, number + samples::PARTITIONS).await;
        assert!(
            matches!(kept, Err(StoreError::Unavailable { .. })),
            "{kept:?}"
        );
    }
    server.command(&["CONFIG", "SET", "appendfsync", "always"]);
    assert_eq!(store.ready().await, Ok(()));
}

#[tokio::test]
async fn a_full_server_refuses_a_write_whole() {
    let server = Server::start(DURABLE);
    let store = server.open("shop").await;
    samples::keep(&store, 1).await.expect("there is memory");
    server.command(&["CONFIG", "SET", "maxmemory", "1"]);
    let full = samples::keep(&store, 2).await;
    assert!(
        matches!(full, Err(StoreError::Unavailable { .. })),
        "{full:?}"
    );
    let inbox = samples::inbox(&store, samples::partition(2)).await;
    assert!(inbox.is_empty(), "what was refused left nothing");
    server.command(&["CONFIG", "SET", "maxmemory", "0"]);
    samples::keep(&store, 2)
        .await
        .expect("there is memory again");
}

#[tokio::test]
async fn bad_settings_are_told_without_the_password() {
    let server = Server::start(DURABLE);
    for namespace in ["", "Shop", "a:b", "{x}"] {
        let error = server.refuses(server.settings(namespace)).await;
        assert!(matches!(error, OpenError::BadNamespace { .. }), "{error}");
    }
    for url in [
        "http://secret@host",
        "secret",
        "redis://:secret@host:port",
        "rediss://:secret@host",
    ] {
        let settings = RedisSettings {
            url: url.to_owned(),
            ..server.settings("shop")
        };
        let error = server.refuses(settings).await;
        assert!(matches!(error, OpenError::BadUrl { .. }), "{error}");
        let words = format!("{error} {error:?}");
        assert!(!words.contains("secret"), "{words}");
    }
    let replicated = RedisSettings {
        durability: Durability::Replicated,
        ..server.settings("shop")
    };
    assert_eq!(server.refuses(replicated).await, OpenError::NotReplicated);
}

#[tokio::test]
async fn nobody_there_is_said_with_the_next_step() {
    let mut server = Server::start(DURABLE);
    server.kill();
    let settings = RedisSettings {
        timeout: Duration::from_secs(1),
        ..server.settings("shop")
    };
    let error = server.refuses(settings).await;
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error}");
    assert!(
        error.to_string().contains("start it, or correct store.url"),
        "{error}"
    );
}
