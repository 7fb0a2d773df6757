//! Both evaluators are asked each time: [`Sample::decide`] lets them agree.

use signalbox_dsl::bundle::{Comparison, Condition, Guard, Operand, Predicate};
use signalbox_dsl::value::Value;

use crate::Ledger;
use crate::sample::{LANGUAGE, Sample, TEXT, atom, facts, noon, reply};

fn holds(predicate: Predicate, text: &str, language: &str) -> bool {
    let condition = atom(predicate);
    // In the negative the rule is not found by the index, and must not hold exactly then.
    let negated = Condition::Not(Box::new(condition.clone()));
    let mut facts = facts(text);
    facts.set("customer.language", Value::Language(language.into()));
    let [holds, fails] = [condition, negated].map(|condition| {
        let sample = Sample::new().rule(0, Guard::When(condition), vec![reply(0)]);
        let decision = sample.decide(&facts, &Ledger::default(), noon());
        !decision.trace.fired.is_empty()
    });
    assert_ne!(holds, fails, "{text} {language}");
    holds
}

#[test]
fn spaces_in_front_count_neither_for_starts_with_nor_for_is_exactly() {
    let starts_with = |prefix: &str| Predicate::StartsWith {
        field: TEXT,
        prefix: prefix.into(),
    };
    let is_exactly = |text: &str| Predicate::IsExactly {
        field: TEXT,
        text: text.into(),
    };
    for (predicate, text, expected) in [
        (starts_with("订单"), "  订单 1", true),
        (starts_with("订单"), "\u{3000}订单", true),
        (starts_with(" 订单"), "订单", true),
        (starts_with("订单"), "我的订单", false),
        // A space behind it is one that the author wants to see.
        (starts_with("vip "), "  VIP 1", true),
        (starts_with("vip "), "vips", false),
        (is_exactly("订单"), "  订单 ", true),
        (is_exactly(" 订单 "), "订单", true),
        (is_exactly("订单"), "订单 1", false),
    ] {
        assert_eq!(
            holds(predicate.clone(), text, "zh"),
            expected,
            "{predicate:?} {text:?}"
        );
    }
}

#[test]
fn a_language_holds_those_that_begin_with_it() {
    let language = |tag: &str| Value::Language(tag.into());
    let left = Operand::Field {
        field: LANGUAGE,
        default: None,
    };
    let is = |tag: &str| Predicate::Compare {
        left: left.clone(),
        comparison: Comparison::Equal,
        right: Operand::Constant(language(tag)),
    };
    let is_not = |tag: &str| Predicate::Compare {
        left: left.clone(),
        comparison: Comparison::NotEqual,
        right: Operand::Constant(language(tag)),
    };
    let one_of = |tags: &[&str]| Predicate::OneOf {
        left: left.clone(),
        values: tags.iter().map(|tag| language(tag)).collect(),
    };
    for (predicate, tag, expected) in [
        (is("zh"), "zh", true),
        (is("zh"), "zh-Hant", true),
        (is("zh"), "zh-Hant-TW", true),
        (is("zh-Hant"), "zh-Hant-TW", true),
        (is("zh-Hant"), "zh", false),
        (is("zh"), "zha", false),
        (is_not("zh"), "zh-Hant", false),
        (is_not("zh-Hant"), "zh", true),
        (one_of(&["en", "zh"]), "zh-Hant", true),
        (one_of(&["en", "zh-Hant"]), "zh", false),
    ] {
        assert_eq!(
            holds(predicate.clone(), "hi", tag),
            expected,
            "{predicate:?} {tag}"
        );
    }
}
