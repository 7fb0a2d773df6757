use std::fs;
use std::path::Path;
use std::sync::Arc;

use signalbox_store::{Durability, Store};
use signalbox_store_embedded::EmbeddedStore;

use super::*;
use crate::bundles::BundleRecords;
use crate::config::{Overrides, values};
use crate::deployment_key::{KeyOrigin, load_or_generate};
use crate::environment::RealEnvironment;

fn config(data: &Path) -> Config {
    let overrides = Overrides {
        data: Some(data.to_owned()),
        listen: Some(([127, 0, 0, 1], 0).into()),
    };
    Config::load(None, &overrides).unwrap()
}

fn of<'f>(findings: &'f [Finding], subject: &str) -> &'f Finding {
    findings
        .iter()
        .find(|finding| finding.subject.en == subject)
        .unwrap()
}

#[test]
fn before_the_first_start_nothing_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let findings = examine(&config(&folder.path().join("data")));
    assert!(
        findings.iter().all(|finding| finding.state < State::Wrong),
        "{findings:?}"
    );
    assert_eq!(of(&findings, "data directory").state, State::Look);
    assert_eq!(of(&findings, "port").state, State::Well);
}

#[test]
fn a_gateway_that_writes_to_nobody_should_be_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(&folder.path().join("data"));
    assert_eq!(of(&examine(&config), "delivery").state, State::Well);
    config.file.delivery = values::Delivery::Sink;
    let findings = examine(&config);
    let found = of(&findings, "delivery");
    assert_eq!(found.state, State::Look);
    assert!(found.found.en.starts_with("SINK"), "{found:?}");
}

#[test]
fn every_finding_that_is_not_well_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let findings = examine(&config(&folder.path().join("data")));
    for finding in &findings {
        assert_eq!(
            finding.advice.is_some(),
            finding.state != State::Well,
            "{finding:?}"
        );
    }
    let text = text(&findings, Locale::English);
    assert!(
        text.contains(
            "look  deployment key: there is none yet\n      -> the first start makes one"
        ),
        "{text}"
    );
}

#[test]
fn a_generated_key_should_be_kept_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    load_or_generate(&config, &RealEnvironment).unwrap();
    let findings = examine(&config);
    let key = of(&findings, "deployment key");
    assert_eq!(key.state, State::Look);
    assert!(
        key.advice
            .as_ref()
            .unwrap()
            .en
            .starts_with("keep a copy elsewhere")
    );
}

#[tokio::test]
async fn a_key_that_the_data_was_not_made_with_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let (key, origin) = load_or_generate(&config, &RealEnvironment).unwrap();
    let store = Arc::new(EmbeddedStore::open(folder.path(), Durability::Fsync).unwrap());
    BundleRecords::open(store.clone(), Arc::new(RealEnvironment), &key)
        .await
        .unwrap();
    // Beside a running gateway, and after it.
    assert_eq!(of(&examine(&config), "deployment key").state, State::Look);
    drop(store);
    assert_eq!(of(&examine(&config), "deployment key").state, State::Look);

    let KeyOrigin::Generated(path) = origin else {
        panic!("the key was made here, but comes {origin:?}");
    };
    fs::write(path, "7".repeat(64)).unwrap();
    let findings = examine(&config);
    let key = of(&findings, "deployment key");
    assert_eq!(key.state, State::Wrong, "{key:?}");
    assert!(
        key.found.en.contains("is this the deployment key"),
        "{key:?}"
    );
}

#[test]
fn a_missing_key_is_wrong_when_there_is_data() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("store.db"), b"not a store").unwrap();
    let findings = examine(&config(folder.path()));
    assert_eq!(of(&findings, "deployment key").state, State::Wrong);
    assert_eq!(of(&findings, "store").state, State::Wrong);
}

#[test]
fn a_port_that_is_taken_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = config(folder.path());
    config.listen = taken.local_addr().unwrap();
    assert_eq!(of(&examine(&config), "port").state, State::Wrong);
}

#[test]
fn limits_that_a_proxy_would_lift_should_be_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path());
    assert_eq!(of(&examine(&config), "web chat limits").state, State::Well);
    config.webchat.limits.lifted_on_loopback = true;
    let findings = examine(&config);
    let limits = of(&findings, "web chat limits");
    assert_eq!(limits.state, State::Look);
    assert!(
        limits
            .advice
            .as_ref()
            .unwrap()
            .en
            .contains("webchat.trusted_proxies")
    );
    config.webchat.trusted_proxies.push("127.0.0.1".to_owned());
    assert_eq!(of(&examine(&config), "web chat limits").state, State::Well);
    config.webchat.trusted_proxies.clear();
    config.listen = ([192, 0, 2, 1], 0).into();
    assert_eq!(of(&examine(&config), "web chat limits").state, State::Well);
}

/// A store as a power failure leaves it that took a page of its log and left later ones.
async fn store_with_a_hole_in_its_log(data: &Path) {
    const LOG_HEADER: usize = 32;
    const FRAME: usize = 24 + 4_096;
    let source = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(source.path(), Durability::Fsync).unwrap();
    for number in 0..6 {
        let name = format!("record {number}");
        let kept = store.replace_deployment_record(&name, 0, vec![number; 500]);
        assert_eq!(kept.await, Ok(true));
    }
    fs::copy(source.path().join("store.db"), data.join("store.db")).unwrap();
    let mut log = fs::read(source.path().join("store.db-wal")).unwrap();
    log[LOG_HEADER + FRAME..][..FRAME].fill(0);
    fs::write(data.join("store.db-wal"), log).unwrap();
}

#[tokio::test]
async fn a_store_that_would_not_start_is_not_well() {
    let folder = tempfile::tempdir().unwrap();
    store_with_a_hole_in_its_log(folder.path()).await;
    let mut config = config(folder.path());
    let findings = examine(&config);
    let store = of(&findings, "store");
    assert_eq!(store.state, State::Wrong, "{store:?}");
    assert!(store.found.en.contains("store.db-wal"), "{store:?}");
    assert!(EmbeddedStore::open(folder.path(), Durability::Fsync).is_err());

    config.file.store.durability = values::Durability::EverySecond;
    let findings = examine(&config);
    let store = of(&findings, "store");
    assert_eq!(store.state, State::Look, "{store:?}");
    assert!(EmbeddedStore::open(folder.path(), Durability::EverySecond).is_ok());
    let findings = examine(&config);
    assert_eq!(of(&findings, "store").state, State::Well);
}

#[tokio::test]
async fn a_store_that_is_in_use_is_looked_at_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(folder.path(), Durability::Fsync).unwrap();
    let kept = store.replace_deployment_record("record", 0, vec![1]);
    assert_eq!(kept.await, Ok(true));
    let findings = examine(&config(folder.path()));
    let found = of(&findings, "store");
    assert_eq!(found.state, State::Well);
    assert!(found.found.en.starts_with("1 rows"), "{found:?}");
}
