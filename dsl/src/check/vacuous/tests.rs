use crate::source::{SourceFile, SourceSet};

const RULES: &str = r#"language 1
module t
defaults
  language en
ranks low
queue people "People" default
queue others "Others"

schema event order.paid
  no: text

template hi
  en "Hi"

template bye
  en "Bye"

rule greet
  rank low
  on message
  when text has any of "hi"
  then reply hi
       note "n"

rule leave
  rank low
  on message
  when text has any of "bye"
  then reply bye
       untag "new"
       tag customer "left"

rule paid
  rank low
  on event order.paid
  then set priority to high
       hand over to others with note "paid"

"#;

fn is_vacuous(steps: &str) -> bool {
    let text = format!("{RULES}test \"t\"\n  {steps}\n");
    let checked = crate::check(&SourceSet::new(vec![SourceFile {
        path: "t.rules".into(),
        text: text.into(),
    }]));
    assert!(checked.bundle.is_some(), "{:?}", checked.diagnostics);
    let codes: Vec<&str> = checked
        .diagnostics
        .iter()
        .map(|found| found.problem.code())
        .collect();
    assert!(codes.iter().all(|code| *code == "W0701"), "{codes:?}");
    !codes.is_empty()
}

#[test]
fn a_test_is_vacuous_if_no_rule_that_listens_could_do_what_it_forbids() {
    for (expected, vacuous) in [
        ("no tag", false),
        ("no tag \"x\"", true),
        ("no tag \"left\"", false),
        ("no tag customer", false),
        ("no tag customer \"left\"", false),
        ("no tag episode \"left\"", true),
        ("no untag customer \"new\"", true),
        ("no untag \"old\"", true),
        ("no untag \"new\"", false),
        ("no untag", false),
        ("no priority", true),
        ("no language", true),
        ("no note", false),
        ("no note \"m\"", true),
        ("no note \"paid\"", true),
        ("not fired paid", true),
        ("not fired greet", false),
        ("no rule fired", false),
        ("no reply", false),
        ("no reply hi", false),
        // Two rules that cannot be told apart hand over to the default queue.
        ("no hand over", false),
        ("no hand over to people", false),
        ("no hand over to others", true),
        ("exactly no tag", false),
        ("no tag, no reply", false),
        ("reply hi", false),
        ("tag \"x\"", false),
    ] {
        let steps = format!("customer says \"hi\"\n  expect {expected}");
        assert_eq!(is_vacuous(&steps), vacuous, "{expected}");
    }
}

#[test]
fn what_just_happened_decides_which_rules_count() {
    let event = "event order.paid (no: \"1\")";
    for (expected, vacuous) in [
        ("no reply", true),
        ("no priority", false),
        ("no priority low", true),
        ("no hand over to people", true),
        ("no hand over", false),
        ("no note \"paid\"", false),
    ] {
        assert_eq!(
            is_vacuous(&format!("{event}\n  expect {expected}")),
            vacuous,
            "{expected}"
        );
    }
    let then_says = format!("{event}\n  expect no reply\n  customer says \"x\"\n  expect no reply");
    assert!(
        !is_vacuous(&then_says),
        "one expectation that can fail is enough"
    );
}
