//! The analyses against brute force: every combination of values of a small schema.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::bundle::{Condition, FieldId};
use crate::check::conditions::Known;
use crate::check::contradictions::{Demands, demands};
use crate::check::findings::Findings;
use crate::grammar::parse;
use crate::source::{FileId, SourceFile, SourceSet};
use crate::value::Value;

use super::super::schema::Schema;

const HEAD: &str = "language 1\nmodule t\nenum E = a | b\nschema customer\n  e: E\n  n: int\n  v: bool\n  p: percent optional\n  l: language\n\n";

fn comparison() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec!["a", "b", "other"]);
    let relations = prop::sample::select(vec!["<", "<=", ">", ">=", "is", "is not"]);
    prop_oneof![
        names
            .clone()
            .prop_map(|name| format!("customer.e is {name}")),
        (names.clone(), names)
            .prop_map(|(one, other)| format!("customer.e not in ({one}, {other})")),
        (relations.clone(), 0..3)
            .prop_map(|(relation, number)| format!("customer.n {relation} {number}")),
        (0..3, 0..3).prop_map(|(low, high)| format!("customer.n between {low} and {high}")),
        (relations, prop::sample::select(vec![0, 50, 100]))
            .prop_map(|(relation, percent)| format!("customer.p {relation} {percent}%")),
        prop::sample::select(vec![
            "customer.l is zh",
            "customer.l is not zh",
            "customer.l is zh-Hant",
            "customer.l not in (zh-Hant, en)",
        ])
        .prop_map(str::to_owned),
        Just("customer.p is known".to_owned()),
        Just("customer.v".to_owned()),
    ]
}

fn condition_text() -> impl Strategy<Value = String> {
    comparison().prop_recursive(3, 12, 3, |inner| {
        let several = |join: &'static str| {
            prop::collection::vec(inner.clone(), 2..4).prop_map(move |parts| {
                let parts: Vec<String> = parts.iter().map(|part| format!("({part})")).collect();
                parts.join(join)
            })
        };
        prop_oneof![
            several(" and "),
            several(" or "),
            inner.clone().prop_map(|part| format!("not ({part})"))
        ]
    })
}

/// Every combination of the values that the comparisons can tell apart.
fn all_facts(field: impl Fn(&str) -> FieldId) -> Vec<BTreeMap<FieldId, Value>> {
    let mut all = vec![BTreeMap::new()];
    let members = ["a", "b", "other"].map(|name| Some(Value::Member(name.into())));
    let numbers = [-1, 0, 1, 2, 3].map(|number: i32| Some(Value::Number(number.into())));
    let answers = [true, false].map(|yes| Some(Value::Bool(yes)));
    let percents = [None, Some(0), Some(25), Some(50), Some(75), Some(100)]
        .map(|percent: Option<i32>| percent.map(|percent| Value::Percent(percent.into())));
    let languages = ["zh", "zh-Hant", "en", "ja"].map(|tag| Some(Value::Language(tag.into())));
    let choices: [(&str, &[Option<Value>]); 5] = [
        ("customer.e", &members),
        ("customer.n", &numbers),
        ("customer.v", &answers),
        ("customer.p", &percents),
        ("customer.l", &languages),
    ];
    for (path, values) in choices {
        let field = field(path);
        all = all
            .iter()
            .flat_map(|facts: &BTreeMap<FieldId, Value>| {
                values.iter().map(move |value| {
                    let mut facts = facts.clone();
                    facts.extend(value.clone().map(|value| (field, value)));
                    facts
                })
            })
            .collect();
    }
    all
}

/// What `check` makes of a condition, and its answers on all facts.
fn answers(when: &str, look: impl Fn(&Schema, &Condition, &[Option<bool>])) {
    let text = format!("{HEAD}condition c = {when}\n");
    let (tree, found) = parse(FileId(0), &text);
    assert!(found.is_empty(), "{when}: {found:?}");
    let files = [tree];
    let sources = SourceSet::new(vec![SourceFile {
        path: "t.rules".into(),
        text: text.into(),
    }]);
    let mut checker = Checker::new(&sources, &files, Findings::default());
    let crate::ast::ItemKind::Condition(written) = &files[0].items[2].kind else {
        panic!("no condition");
    };
    let lowered = checker
        .condition(0, written.condition.as_ref().unwrap(), &Known::new())
        .unwrap();
    let facts = all_facts(|path| checker.schema.find(path).unwrap());
    let answers: Vec<Option<bool>> = facts
        .into_iter()
        .map(|facts| Witness::of(facts).answer(&lowered.condition, &[]))
        .collect();
    look(&checker.schema, &lowered.condition, &answers);
}

proptest! {
    #[test]
    fn never_true_is_never_true_and_never_false_never_false(when in condition_text()) {
        answers(&when, |schema, condition, answers| {
            for wanted in [true, false] {
                if matches!(demands(schema, condition, wanted), Demands::Impossible) {
                    assert!(!answers.contains(&Some(wanted)), "{when} can be {wanted}");
                }
            }
        });
    }

    /// Without alternatives nothing is lost in summing up, so every contradiction is found.
    #[test]
    fn contradictions_between_comparisons_are_found(parts in prop::collection::vec(comparison(), 2..5)) {
        let when = parts.join(" and ");
        answers(&when, |schema, condition, answers| {
            let is_found = matches!(demands(schema, condition, true), Demands::Impossible);
            assert_eq!(is_found, !answers.contains(&Some(true)), "{when}");
        });
    }
}
