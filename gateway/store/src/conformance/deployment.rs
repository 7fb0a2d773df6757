//! Keys and homes of threads, and records of the deployment: first come, first kept.

use std::sync::Arc;

use signalbox_sealed::WrappedKey;

use super::Workbench;
use super::samples::{PARTITION, sealed, thread};

const ASKERS: usize = 8;

pub(super) async fn two_askers_get_the_same_data_key(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let none = store.existing_data_key(PARTITION, thread(1)).await;
    assert_eq!(none, Ok(None));
    let tasks: Vec<_> = (0..ASKERS)
        .map(|asker| {
            let store = Arc::clone(&store);
            let candidate = WrappedKey(sealed(&format!("key {asker}")));
            tokio::spawn(async move { store.data_key(PARTITION, thread(1), candidate).await })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("task").expect("key"));
    }
    assert!(
        answers.iter().all(|key| *key == answers[0]),
        "all askers get the key that is kept"
    );
    assert_eq!(
        store.existing_data_key(PARTITION, thread(1)).await,
        Ok(Some(answers[0].clone()))
    );
    let other = WrappedKey(sealed("another thread's"));
    assert_eq!(
        store.data_key(PARTITION, thread(2), other.clone()).await,
        Ok(other)
    );
}

pub(super) async fn two_askers_get_the_same_home(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let user = thread(1);
    assert_eq!(store.existing_home(PARTITION, user).await, Ok(None));
    let tasks: Vec<_> = (0..ASKERS as u64)
        .map(|asker| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.home(PARTITION, user, thread(10 + asker)).await })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("task").expect("home"));
    }
    let home = answers[0];
    assert!(
        answers.iter().all(|answer| *answer == home),
        "all askers get the home that is kept"
    );
    assert_eq!(store.existing_home(PARTITION, user).await, Ok(Some(home)));
    assert_eq!(
        store.home(PARTITION, user, thread(99)).await,
        Ok(home),
        "it never changes"
    );
    assert_eq!(
        store.home(PARTITION, thread(2), thread(2)).await,
        Ok(thread(2)),
        "a thread may be its own address's home"
    );
    assert_eq!(
        store.last_sequence(PARTITION, user).await,
        Ok(None),
        "nothing was said there"
    );
}

pub(super) async fn a_record_is_replaced_only_at_its_version(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let replace = |expected, bytes: &[u8]| {
        let (store, bytes) = (Arc::clone(&store), bytes.to_vec());
        async move {
            let replaced = store.replace_deployment_record("active", expected, bytes);
            replaced.await.expect("replace")
        }
    };
    assert_eq!(store.deployment_record("active").await, Ok(None));
    assert!(!replace(1, b"too new").await);
    assert!(replace(0, b"first").await);
    assert!(!replace(0, b"late").await);
    assert!(replace(1, b"second").await);
    assert_eq!(
        store.deployment_record("active").await,
        Ok(Some((2, b"second".to_vec())))
    );
    assert_eq!(store.deployment_record("other").await, Ok(None));
}
