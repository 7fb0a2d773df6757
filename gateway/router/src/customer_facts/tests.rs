use serde_json::json;
use signalbox_dsl::value::{Currency, Value};
use signalbox_dsl::{SourceFile, SourceSet, check};

use super::*;

const RULES: &str = "language 1
module t
ranks high
queue people \"People\" default
enum Tier = normal | vip
schema customer
  tier: Tier optional
  spent: money optional
";

fn bundle() -> Bundle {
    let sources = SourceSet::new(vec![SourceFile {
        path: "t.rules".into(),
        text: RULES.into(),
    }]);
    let checked = check(&sources);
    checked
        .bundle
        .unwrap_or_else(|| panic!("{:?}", checked.diagnostics))
}

fn facts_of(attributes: Json) -> (Facts, Vec<Misfit>) {
    let Json::Object(attributes) = attributes else {
        panic!("attributes are an object")
    };
    typed(&bundle(), &attributes)
}

#[test]
fn what_the_schema_declares_becomes_facts_of_its_types() {
    let (facts, misfits) = facts_of(json!({
        "tier": "vip",
        "spent": {"amount": "12.50", "currency": "CNY"},
    }));
    assert_eq!(
        facts.get("customer.tier"),
        Some(&Value::Member("vip".into()))
    );
    let spent = Value::Money {
        currency: Currency::from_code("CNY").unwrap(),
        amount: "12.50".parse().unwrap(),
    };
    assert_eq!(facts.get("customer.spent"), Some(&spent));
    assert_eq!(misfits, []);
}

#[test]
fn a_tier_that_the_rules_do_not_know_is_other() {
    let (facts, _) = facts_of(json!({"tier": "platinum"}));
    assert_eq!(
        facts.get("customer.tier"),
        Some(&Value::Member("other".into()))
    );
}

#[test]
fn what_does_not_fit_is_left_out_and_named_and_the_rest_counts() {
    let (facts, misfits) =
        facts_of(json!({"tier": 7, "spent": {"amount": "1", "currency": "CNY"}}));
    assert_eq!(facts.get("customer.tier"), None);
    assert!(facts.get("customer.spent").is_some());
    let words: Vec<_> = misfits.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        ["`attributes.tier` must be a text, one of normal, vip, other"]
    );
}

#[test]
fn what_nobody_declared_and_what_is_null_is_no_misfit() {
    let (facts, misfits) = facts_of(json!({"shoe_size": 43, "tier": null}));
    assert_eq!((facts.iter().count(), misfits), (0, vec![]));
}

#[test]
fn fields_that_come_with_signalbox_are_not_taken_from_outside() {
    let (facts, misfits) = facts_of(json!({"anger": 100, "tags": ["vip"], "name": "Mallory"}));
    assert_eq!((facts.iter().count(), misfits), (0, vec![]));
}
