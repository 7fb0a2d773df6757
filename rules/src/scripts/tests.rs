use jiff::Timestamp;
use signalbox_dsl::bundle::Trigger;
use signalbox_dsl::problem::Locale;
use signalbox_dsl::{Checked, SourceFile, SourceSet, render};

use super::*;
use crate::explain::explain;
use crate::{Decision, Engine, Facts, Inputs, Ledger, Reference};

const RULES: &str = "language 1\nmodule shop\nranks only\nqueue people \"People\" default\n\
    enum Tier = normal | vip\nschema customer\n  tier: Tier optional \"level\"\n\
    fact urgency: score = script urgency(text, customer.tier or normal) within 500 steps otherwise 7%\n\
    rule sort\n  rank only\n  on message\n  when text has any of (\"now\") and urgency >= 5%\n  then set score to urgency\n";

fn checked(script: &str) -> (SourceSet, Checked) {
    let file = |path: &str, text: &str| SourceFile {
        path: path.into(),
        text: text.into(),
    };
    let sources = SourceSet::new(vec![
        file("a/shop.rules", RULES),
        file("a/urgency.rhai", script),
    ]);
    let checked = check(&sources);
    (sources, checked)
}

fn told(script: &str) -> String {
    let (sources, checked) = checked(script);
    [Locale::English, Locale::Chinese]
        .map(|locale| render::render(&sources, &checked.diagnostics, locale))
        .join("\n")
}

fn decide(script: &str, facts: &[(&str, Value)]) -> Decision {
    let bundle = Arc::new(checked(script).1.bundle.expect("a sound bundle"));
    let mut all = Facts::default();
    for (path, value) in facts {
        all.set(*path, value.clone());
    }
    let inputs = Inputs {
        trigger: &Trigger::Message,
        facts: &all,
        ledger: &Ledger::default(),
        now: Timestamp::UNIX_EPOCH,
    };
    let decision = Engine::compile(bundle.clone()).unwrap().decide(inputs);
    let reference = Reference::new(bundle).unwrap();
    assert_eq!(decision, reference.decide(inputs));
    let text = explain(&reference, inputs).text(Locale::English);
    for computed in &decision.trace.computed {
        assert!(
            text.contains(&format!(
                "{} = {}",
                computed.fact,
                crate::describe::value(&computed.value)
            )),
            "{text}"
        );
    }
    decision
}

fn text(text: &str) -> (&'static str, Value) {
    ("text", Value::Text(text.into()))
}

fn percent(number: i64) -> Value {
    Value::Percent(number.into())
}

const GOOD: &str = "fn urgency(text, tier) { if tier == \"vip\" { 90 } else { 40 } }";

#[test]
fn a_fact_is_computed_once_and_recorded() {
    let decision = decide(GOOD, &[text("now")]);
    let [computed] = &decision.trace.computed[..] else {
        panic!("{decision:?}");
    };
    assert_eq!(
        (&*computed.fact, &computed.value),
        ("urgency", &percent(40))
    );
    assert_eq!(computed.failure, None);
    assert!((1..500).contains(&computed.steps));
    let score = decision.effects.iter().map(|it| &it.action).next();
    assert_eq!(score, Some(&crate::Action::SetScore { score: 40.into() }));
    let vip = decide(
        GOOD,
        &[text("now"), ("customer.tier", Value::Member("vip".into()))],
    );
    assert_eq!(vip.trace.computed[0].value, percent(90));
}

#[test]
fn a_fact_that_no_candidate_reads_is_not_computed() {
    assert!(decide(GOOD, &[text("later")]).trace.computed.is_empty());
}

#[test]
fn a_given_value_stands_for_the_script() {
    let decision = decide(GOOD, &[text("now"), ("urgency", percent(33))]);
    assert!(decision.trace.computed.is_empty());
    let score = decision.effects.first().map(|it| &it.action);
    assert_eq!(score, Some(&crate::Action::SetScore { score: 33.into() }));
}

#[test]
fn what_fails_has_the_value_behind_otherwise_and_says_why() {
    for (script, wanted) in [
        (
            "fn urgency(text, tier) { if text == \"now\" { loop { } } 1 }",
            Failure::TooManySteps { line: 1 },
        ),
        (
            "fn urgency(text, tier) { if text == \"now\" { return 101; } 1 }",
            Failure::WrongResult {
                found: signalbox_script::Found::Shown("101".to_owned()),
            },
        ),
        (
            "fn urgency(text, tier) {\n if text == \"now\" { throw \"no\"; } 1 }",
            Failure::Stopped {
                reason: signalbox_script::Reason::Said("no".to_owned()),
                line: 2,
            },
        ),
    ] {
        let decision = decide(script, &[text("now")]);
        let computed = &decision.trace.computed[0];
        assert_eq!(computed.failure.as_ref(), Some(&wanted), "{script}");
        assert_eq!(computed.value, percent(7));
        let score = decision.effects.first().map(|it| &it.action);
        assert_eq!(score, Some(&crate::Action::SetScore { score: 7.into() }));
    }
}

#[test]
fn findings_stand_in_the_script() {
    let told = told("fn urgency(text, tier) {\n  let 分 = 1;\n  分 + levle\n}");
    assert!(
        told.contains("error[E0805]: this script cannot be read: there is no variable `levle`"),
        "{told}"
    );
    assert!(told.contains("a/urgency.rhai:3:7"), "{told}");
    assert!(
        told.contains("错误[E0805]: 无法读懂这个脚本：没有变量 `levle`"),
        "{told}"
    );
}

#[test]
fn the_functions_that_there_are_instead_are_named() {
    let told = told("fn urgency(a) { 1 } fn urgency() { 1 } fn urgency(a, b, c) { 1 }");
    assert!(
        told.contains("there are functions with 0, 1 or 3 parameters"),
        "{told}"
    );
    assert!(told.contains("已有带 0、1 或 3 个参数的函数"), "{told}");
}

#[test]
fn each_problem_of_a_script_is_found() {
    for (script, code) in [
        ("fn urgency(text, tier) { eval(text) }", "E0805"),
        ("let x = 1; fn urgency(text, tier) { 1 }", "E0805"),
        ("fn urgency(text) { 1 }", "E0806"),
        ("fn urgencies(text, tier) { 1 }", "E0806"),
        ("", "E0806"),
        ("fn urgency(text, tier) { nosuch(text) }", "W0802"),
        ("fn urgency(text, tier) { sleep(10) }", "W0802"),
        ("fn urgency(text, tier) { \"high\" }", "W0802"),
    ] {
        let (_, checked) = checked(script);
        let codes: Vec<&str> = checked
            .diagnostics
            .iter()
            .map(|it| it.problem.code())
            .collect();
        assert_eq!(codes, [code], "{script}");
        assert_eq!(checked.bundle.is_none(), code.starts_with('E'), "{script}");
    }
    assert_eq!(told(GOOD).trim(), "");
}

#[test]
fn the_script_is_part_of_the_bundles_name() {
    let hash = |script| checked(script).1.bundle.unwrap().hash;
    assert_eq!(hash(GOOD), hash(GOOD));
    assert_ne!(hash(GOOD), hash(&format!("{GOOD} ")));
}
