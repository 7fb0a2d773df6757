//! What a fact of a script costs: one rule that compares such a fact, beside the same rule on the field that the script reads. Read the
//! ratio of the two medians; single figures depend on the machine.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark; what is wrong shall be seen"
)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use signalbox_dsl::bundle::Trigger;
use signalbox_dsl::value::Value;
use signalbox_dsl::{SourceFile, SourceSet};
use signalbox_rules::{Engine, Facts, Inputs, Ledger, check};

const RULES: &str = r#"language 1
module bench

defaults
  language zh

ranks business

schema customer
  spent: int optional "within a year"

FACT

queue 客服 "客服" default

rule 大客户
  rank business
  on message
  when WHEN
  then tag "big"

test "大客户"
  given customer.spent 9000
  customer says "你好"
  expect tag "big"
"#;

/// As large as a script of the shop.
const SCRIPT: &str = r#"
fn score(spent) {
    let points = 0;
    for bound in [100, 500, 1000, 5000] {
        if spent >= bound { points += 20; }
    }
    if points > 100 { 100 } else { points }
}
"#;

fn engine(fact: &str, when: &str) -> Engine {
    let file = |path: &str, text: String| SourceFile {
        path: path.into(),
        text: text.into(),
    };
    let rules = RULES.replace("FACT", fact).replace("WHEN", when);
    let mut files = vec![file("bench.rules", rules)];
    if !fact.is_empty() {
        files.push(file("score.rhai", SCRIPT.to_owned()));
    }
    let checked = check(&SourceSet::new(files));
    let found = checked.diagnostics;
    let bundle = checked.bundle.ok_or(found).unwrap();
    Engine::compile(Arc::new(bundle)).unwrap()
}

fn benchmark(criterion: &mut Criterion) {
    let scripted = engine(
        "fact 分: score = script score (customer.spent or 0) otherwise 0%",
        "分 >= 80%",
    );
    let plain = engine("", "(customer.spent or 0) >= 5000");
    let mut facts = Facts::default();
    facts.set("text", Value::Text("你好".into()));
    facts.set("language", Value::Language("zh".into()));
    facts.set("customer.spent", Value::Number(9_000.into()));
    let ledger = Ledger::default();
    let inputs = || Inputs {
        trigger: &Trigger::Message,
        facts: &facts,
        ledger: &ledger,
        now: Timestamp::UNIX_EPOCH,
    };
    for engine in [&scripted, &plain] {
        assert_eq!(engine.decide(inputs()).effects.len(), 1);
    }
    let mut group = criterion.benchmark_group("one rule, one message");
    group.bench_function("on a field", |bencher| {
        bencher.iter(|| black_box(plain.decide(inputs())));
    });
    group.bench_function("on a fact of a script", |bencher| {
        bencher.iter(|| black_box(scripted.decide(inputs())));
    });
    group.finish();
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
