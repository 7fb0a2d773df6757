use std::path::Path;
use std::sync::Arc;

use super::inbound::InboundResult;
use super::label::{Channel, Label};
use super::rules::MAX_RULE_SERIES;
use super::*;

fn scrape(metrics: &Metrics) -> String {
    String::from_utf8(metrics.encode().unwrap()).unwrap()
}

#[test]
fn all_closed_series_exist_from_the_start() {
    let text = scrape(&Metrics::new().unwrap());
    for result in InboundResult::ALL {
        let line = format!(
            "signalbox_inbound_messages_total{{channel=\"webchat\",result=\"{}\"}} 0",
            result.value()
        );
        assert!(text.contains(&line), "missing: {line}");
    }
}

#[test]
fn a_count_goes_to_its_own_series() {
    let metrics = Metrics::new().unwrap();
    metrics
        .inbound
        .messages
        .add(Channel::Webchat, InboundResult::Duplicate, 3);
    let text = scrape(&metrics);
    assert!(text.contains(r#"inbound_messages_total{channel="webchat",result="duplicate"} 3"#));
    assert!(text.contains(r#"inbound_messages_total{channel="webchat",result="accepted"} 0"#));
}

#[test]
fn series_of_rules_follow_the_bundle_and_are_capped() {
    let metrics = Metrics::new().unwrap();
    let old: Vec<Arc<str>> = vec!["shop.gone".into(), "shop.stays".into()];
    let fired = metrics.rules.adopt("aaaa", old.iter());
    fired.count("shop.gone");
    fired.count("shop.stays");

    let many: Vec<Arc<str>> = std::iter::once("shop.stays".into())
        .chain((0..MAX_RULE_SERIES + 50).map(|number| format!("shop.r{number}").into()))
        .collect();
    let fired = metrics.rules.adopt("bbbb", many.iter());
    fired.count(&format!("shop.r{}", MAX_RULE_SERIES + 49));

    let text = scrape(&metrics);
    assert!(
        !text.contains("shop.gone"),
        "a rule that is gone has no series"
    );
    assert!(text.contains(r#"rule_fired_total{rule="shop.stays"} 1"#));
    assert!(text.contains(r#"rule_fired_total{rule="other"} 1"#));
    assert_eq!(
        text.matches("signalbox_rule_fired_total{").count(),
        MAX_RULE_SERIES + 1
    );
    assert!(text.contains(r#"active_bundle_info{hash="bbbb"} 1"#));
    assert!(!text.contains("aaaa"), "only one bundle is active");
}

#[test]
fn the_process_is_measured() {
    let text = scrape(&Metrics::new().unwrap());
    let resident = text
        .lines()
        .find_map(|line| line.strip_prefix("process_resident_memory_bytes "))
        .unwrap();
    assert!(resident.parse::<u64>().unwrap() > 1_000_000);
}

/// `docs/metrics.md` is the manual of these registrations; `UPDATE_GOLDEN=1` rewrites it.
#[test]
fn manual() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/metrics.md");
    let actual = Metrics::new().unwrap().manual();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &actual).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, actual, "rewrite it with UPDATE_GOLDEN=1");
}
