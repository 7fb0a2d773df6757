use std::path::Path;

use super::*;
use crate::config::Overrides;
use crate::deployment_key::load_or_generate;
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
        .find(|finding| finding.subject == subject)
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
    let text = text(&findings);
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
            .starts_with("keep a copy elsewhere")
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
            .contains("webchat.trusted_proxies")
    );
    config.webchat.trusted_proxies.push("127.0.0.1".to_owned());
    assert_eq!(of(&examine(&config), "web chat limits").state, State::Well);
    config.webchat.trusted_proxies.clear();
    config.listen = ([192, 0, 2, 1], 0).into();
    assert_eq!(of(&examine(&config), "web chat limits").state, State::Well);
}
