//! The sample scripts with their tests, and the indexed evaluator against the straight one where facts are computed.

#![expect(
    clippy::unwrap_used,
    reason = "constants of a test; a wrong one shall be seen"
)]

use std::fs;
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use proptest::prelude::*;
use signalbox_dsl::bundle::{Bundle, Trigger};
use signalbox_dsl::value::{Currency, Value};
use signalbox_dsl::{Locale, SourceFile, SourceSet, render};
use signalbox_rules::testing::run_tests;
use signalbox_rules::{Engine, Facts, Inputs, Ledger, Reference, check};

fn bundle() -> Arc<Bundle> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts");
    let files = fs::read_dir(directory).unwrap().map(|entry| {
        let entry = entry.unwrap();
        SourceFile {
            path: entry.file_name().to_str().unwrap().into(),
            text: fs::read_to_string(entry.path()).unwrap().into(),
        }
    });
    let sources = SourceSet::new(files.collect());
    let checked = check(&sources);
    let told = render::render(&sources, &checked.diagnostics, Locale::English);
    assert!(checked.diagnostics.is_empty(), "{told}");
    Arc::new(checked.bundle.unwrap())
}

#[test]
fn the_sample_scripts_do_what_their_tests_say() {
    let report = run_tests(&Reference::new(bundle()).unwrap());
    assert!(report.cases.len() >= 10);
    for case in &report.cases {
        let failures: Vec<String> = case
            .failures
            .iter()
            .map(|it| it.text(Locale::English))
            .collect();
        assert!(case.passed(), "{}\n{}", case.name, failures.join("\n"));
    }
    for rule in &report.coverage {
        assert!(rule.fired > 0, "{rule:?}");
    }
}

#[test]
fn what_nothing_asks_for_is_not_computed() {
    let engine = Engine::compile(bundle()).unwrap();
    let mut facts = Facts::default();
    facts.set("text", Value::Text("有优惠吗".into()));
    let decision = engine.decide(Inputs {
        trigger: &Trigger::Event("page.viewed".into()),
        facts: &facts,
        ledger: &Ledger::default(),
        now: Timestamp::UNIX_EPOCH,
    });
    assert!(decision.trace.computed.is_empty());
}

fn facts() -> impl Strategy<Value = Facts> {
    let texts = [
        "急！退款",
        "有优惠吗",
        "订单 2026-1121-0042",
        "offer asap refund",
        "订单13800138000",
        "",
    ];
    let tiers = ["normal", "gold", "vip"];
    let currencies = ["CNY", "USD", "JPY"];
    (
        prop::option::of(prop::sample::select(texts.to_vec())),
        prop::option::of(prop::sample::select(tiers.to_vec())),
        prop::option::of((prop::sample::select(currencies.to_vec()), 0..10_000_i64)),
        prop::option::of(0..40_i64),
        prop::option::of(0..=100_i64),
        prop::option::of(0..=100_i64),
        prop::option::of(0..=100_i64),
    )
        .prop_map(|(text, tier, spent, orders, anger, threat, given)| {
            let mut facts = Facts::default();
            facts.set("episode.turns", Value::Number(1.into()));
            facts.set("customer.tags", Value::List(Vec::new()));
            let mut set = |path: &str, value: Option<Value>| {
                if let Some(value) = value {
                    facts.set(path, value);
                }
            };
            set("text", text.map(|it| Value::Text(it.into())));
            set("customer.tier", tier.map(|it| Value::Member(it.into())));
            let money = spent.map(|(code, amount)| Value::Money {
                currency: Currency::from_code(code).unwrap(),
                amount: amount.into(),
            });
            set("customer.spent", money);
            set("customer.orders", orders.map(|it| Value::Number(it.into())));
            set("customer.anger", anger.map(|it| Value::Percent(it.into())));
            set("message.threat", threat.map(|it| Value::Percent(it.into())));
            set("升级指数", given.map(|it| Value::Percent(it.into())));
            facts
        })
}

/// Built once: reading the scripts takes longer than deciding.
static EVALUATORS: LazyLock<(Reference, Engine)> = LazyLock::new(|| {
    let bundle = bundle();
    let reference = Reference::new(bundle.clone()).unwrap();
    (reference, Engine::compile(bundle).unwrap())
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn computing_late_never_changes_an_answer(facts in prop::collection::vec(facts(), 1..4)) {
        let (reference, engine) = &*EVALUATORS;
        for facts in &facts {
            let inputs = Inputs {
                trigger: &Trigger::Message,
                facts,
                ledger: &Ledger::default(),
                now: "2026-11-21T02:00:00Z".parse().unwrap(),
            };
            let mut fast = engine.decide(inputs);
            let mut straight = reference.decide(inputs);
            let (asked, all) = (
                std::mem::take(&mut fast.trace.computed),
                std::mem::take(&mut straight.trace.computed),
            );
            prop_assert_eq!(fast, straight);
            for computed in &asked {
                prop_assert!(all.contains(computed), "{:?} is not among {:?}", computed, all);
            }
        }
    }
}
