use signalbox_dsl::bundle::*;
use signalbox_dsl::problem::Locale;

use super::*;
use crate::sample::{ANGER, Sample, TEXT, TIER, atom, facts, noon, reply};
use crate::{Facts, Ledger};

fn explained(sample: &Sample, facts: &Facts) -> Explanation {
    let reference = Reference::new(Arc::new(sample.0.clone())).unwrap();
    let inputs = Inputs {
        trigger: &Trigger::Message,
        facts,
        ledger: &Ledger::default(),
        now: noon(),
    };
    explain(&reference, inputs)
}

#[test]
fn a_rule_that_people_switched_off_says_so() {
    let sample = sample();
    let reference = Reference::new(Arc::new(sample.0.clone())).unwrap();
    let facts = facts("退款");
    let inputs = Inputs {
        trigger: &Trigger::Message,
        facts: &facts,
        ledger: &Ledger::default(),
        now: noon(),
    };
    let disabled = DisabledRules::named(&sample.0, &["m.a", "m.b", "m.c"]);
    let explanation = explain_without(&reference, inputs, &disabled);
    let english = explanation.text(Locale::English);
    assert!(
        english.contains("  m.a (rank low): disabled; it would have fired\n")
            && english.contains("  m.b (rank high): disabled\n")
            && english.contains("  m.d (rank low): fired"),
        "{english}"
    );
    let chinese = explanation.text(Locale::Chinese);
    assert!(
        chinese.contains("m.a（级别 low）：已停用；否则会触发"),
        "{chinese}"
    );
}

fn sample() -> Sample {
    let mut sample = Sample::new();
    let refund = sample.words(&["退款", "refund"], &[]);
    let complaint = sample.words(&["投诉"], &[]);
    let has = |list| atom(Predicate::HasAny { field: TEXT, list });
    let field = |field| Operand::Field {
        field,
        default: None,
    };
    let is_vip = atom(Predicate::Compare {
        left: field(TIER),
        comparison: Comparison::Equal,
        right: Operand::Constant(Value::Member("vip".into())),
    });
    let is_angry = atom(Predicate::Compare {
        left: field(ANGER),
        comparison: Comparison::AtLeast,
        right: Operand::Constant(Value::Percent(70.into())),
    });
    let valued = Condition::Named {
        name: "贵宾".into(),
        body: Condition::Any(vec![is_vip, is_angry]).into(),
    };
    let not_complaining = Condition::Not(Box::new(has(complaint)));
    sample
        .rule(1, Guard::When(has(refund)), vec![reply(0)])
        .rule(
            0,
            Guard::When(Condition::All(vec![has(refund), valued])),
            vec![reply(1)],
        )
        .rule(
            1,
            Guard::When(Condition::All(vec![has(refund), not_complaining])),
            vec![reply(0)],
        )
        .rule(1, Guard::Otherwise, vec![reply(1)])
}

#[test]
fn every_rule_of_the_trigger_gets_its_verdict_with_the_values_read() {
    let mut facts = facts("我要投诉，退款！");
    facts.set("customer.tier", Value::Member("normal".into()));
    let explanation = explained(&sample(), &facts);
    let english = "\
Decision:
  reply hello in zh: “你好”  ← m.a
Rules:
  m.a (rank low): fired, keywords 退款
  m.b (rank high): not fired
    unknown: 贵宾 → none of these
      not true: customer.tier is vip  [customer.tier = normal]
      unknown: message.anger >= 70%  [message.anger is absent]
  m.c (rank low): not fired
    not true: not text has any of (\"投诉\")  [text = \"我要投诉，退款！\"; found 投诉]
  m.d (rank low): not fired, since it says otherwise and m.a answered
";
    assert_eq!(explanation.text(Locale::English), english);
    let chinese = explanation.text(Locale::Chinese);
    assert!(chinese.contains("m.b（级别 high）：没有触发"), "{chinese}");
    assert!(chinese.contains("出现了 投诉"), "{chinese}");
}

#[test]
fn a_false_part_explains_more_than_an_unknown_one_before_it() {
    let known = |field| atom(Predicate::Known(field));
    let unknown = atom(Predicate::IsTrue(Operand::Field {
        field: TIER,
        default: None,
    }));
    let condition = Condition::All(vec![unknown, known(ANGER)]);
    let sample = Sample::new().rule(0, Guard::When(condition), vec![reply(0)]);
    let explanation = explained(&sample, &facts("x"));
    let Verdict::NotTrue { truth, failing } = &explanation.rules[0].verdict else {
        panic!("it fired: {explanation:?}");
    };
    assert_eq!(*truth, Truth::False);
    assert_eq!(failing.condition, "message.anger is known");
}

#[test]
fn what_was_withheld_is_told_with_its_reason() {
    let sample =
        Sample::new()
            .rule(0, Guard::Always, vec![reply(2)])
            .rule(1, Guard::Always, vec![reply(0)]);
    let text = explained(&sample, &facts("x")).text(Locale::Chinese);
    assert!(text.contains("第1个效果没有执行：缺少 name 的值"), "{text}");
    assert!(text.contains("第1个效果没有执行：m.a优先"), "{text}");
}
