use signalbox_dsl::bundle::{Comparison, Condition, Operand, Predicate};
use signalbox_dsl::value::Value;

use super::*;
use crate::Ledger;
use crate::sample::{ANGER, NAME, Sample, TEXT, TIER, atom, facts, noon, reply};

fn is_vip() -> Condition {
    atom(Predicate::Compare {
        left: Operand::Field {
            field: TIER,
            default: None,
        },
        comparison: Comparison::Equal,
        right: Operand::Constant(Value::Member("vip".into())),
    })
}

fn engine(sample: Sample) -> Engine {
    Engine::compile(Arc::new(sample.0)).unwrap()
}

/// How many rules a message has verified, `always` included.
fn candidates(engine: &Engine, facts: &Facts) -> usize {
    let index = &engine.plan.triggers[&Trigger::Message];
    let before = index.always.len();
    let posted = (0..index.atoms.len()).filter(|posting| {
        let condition = index.atoms[*posting];
        let mut scratch = Scratch::new(&engine.plan);
        let mut message = Message::new(&engine.plan, facts, noon(), &mut scratch);
        message.atom(condition).is_true()
    });
    before + posted.map(|it| index.rules(it as u32).len()).sum::<usize>()
}

#[test]
fn a_rule_is_filed_under_its_rarest_positive_comparison() {
    let mut sample = Sample::new();
    let refund = sample.words(&["退款"], &[]);
    let has = atom(Predicate::HasAny {
        field: TEXT,
        list: refund,
    });
    let both = Condition::All(vec![is_vip(), has]);
    let engine = engine(sample.rule(0, Guard::When(both), vec![reply(0)]));
    let mut vip = facts("你好");
    vip.set("customer.tier", Value::Member("vip".into()));
    assert_eq!(
        candidates(&engine, &vip),
        0,
        "the keyword is rarer than the tier"
    );
    assert_eq!(candidates(&engine, &facts("退款")), 1);
}

#[test]
fn an_alternative_is_filed_under_all_its_parts_and_a_negation_is_asked_always() {
    let mut sample = Sample::new();
    let refund = sample.words(&["退款"], &[]);
    let has = atom(Predicate::HasAny {
        field: TEXT,
        list: refund,
    });
    let either = Condition::Any(vec![is_vip(), has.clone()]);
    // Not (not vip or not has) is vip and has.
    let not = |inner| Condition::Not(Box::new(inner));
    let twisted = not(Condition::Any(vec![not(is_vip()), not(has.clone())]));
    let sample = sample
        .rule(0, Guard::When(either), vec![reply(0)])
        .rule(0, Guard::When(not(has)), vec![reply(0)])
        .rule(0, Guard::When(twisted), vec![reply(0)])
        .rule(0, Guard::When(Condition::Any(Vec::new())), vec![reply(0)]);
    let engine = engine(sample);
    let index = &engine.plan.triggers[&Trigger::Message];
    assert_eq!(index.always, [RuleId(1)]);
    assert_eq!(
        index.atoms.len(),
        2,
        "two comparisons, however often they are written"
    );
    assert_eq!(candidates(&engine, &facts("天气")), 1);
    assert_eq!(candidates(&engine, &facts("退款")), 3);
}

#[test]
fn needs_are_the_fields_of_conditions_and_arguments() {
    let engine = engine(Sample::new().rule(
        0,
        Guard::When(Condition::Not(Box::new(atom(Predicate::Known(ANGER))))),
        vec![reply(2)],
    ));
    assert_eq!(engine.needs(), [NAME, ANGER]);
}

#[test]
fn what_cannot_be_run_is_refused_at_load_with_what_to_write() {
    let mut nowhere = Sample::new().0;
    nowhere.timezone = "Middle/Earth".into();
    let error = Engine::compile(Arc::new(nowhere)).unwrap_err().to_string();
    assert_eq!(
        error,
        "unknown time zone `Middle/Earth`; write an IANA name such as Asia/Shanghai"
    );
    let huge = Predicate::Matches {
        field: TEXT,
        pattern: "(a{1000}){1000}".into(),
    };
    let sample = Sample::new().rule(0, Guard::When(atom(huge)), vec![reply(0)]);
    let error = Engine::compile(Arc::new(sample.0)).unwrap_err();
    assert!(matches!(error, CompileError::BadPattern { .. }), "{error}");
}

#[test]
fn an_event_that_no_rule_is_on_decides_nothing() {
    let engine = engine(Sample::new().rule(0, Guard::Always, vec![reply(0)]));
    let decision = engine.decide(Inputs {
        trigger: &Trigger::Event("page.left".into()),
        facts: &Facts::default(),
        ledger: &Ledger::default(),
        now: noon(),
    });
    assert_eq!(decision, Decision::default());
}

#[test]
fn threads_decide_at_the_same_time() {
    let mut sample = Sample::new();
    let guard = sample.has_any(&["退款"]);
    let engine = engine(sample.rule(0, guard, vec![reply(0)]));
    std::thread::scope(|scope| {
        for text in ["退款", "天气"] {
            let engine = &engine;
            scope.spawn(move || {
                for _ in 0..200 {
                    let holding = engine.matching_rules(&Trigger::Message, &facts(text), noon());
                    assert_eq!(holding.len(), usize::from(text == "退款"));
                }
            });
        }
    });
}
