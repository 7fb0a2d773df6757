use signalbox_dsl::bundle::Guard;
use signalbox_dsl::value::Value;

use crate::sample::{Sample, facts, noon, reply};
use crate::{Action, Ledger, WithheldReason};

fn said(language: Option<&str>, name: Option<&str>) -> Result<(String, String), WithheldReason> {
    let sample = Sample::new().rule(0, Guard::Always, vec![reply(2)]);
    let mut facts = facts("hi");
    if let Some(language) = language {
        facts.set("language", Value::Language(language.into()));
    }
    if let Some(name) = name {
        facts.set("customer.name", Value::Text(name.into()));
    }
    let decision = sample.decide(&facts, &Ledger::default(), noon());
    match decision
        .effects
        .into_iter()
        .next()
        .map(|effect| effect.action)
    {
        Some(Action::Reply { language, text, .. }) => Ok((language.to_string(), text)),
        Some(other) => panic!("unexpected {other:?}"),
        None => Err(decision.trace.fired[0].withheld[0].reason.clone()),
    }
}

#[test]
fn the_language_is_the_conversations_then_its_base_then_the_default() {
    let cases = [
        (Some("en"), "en", "Hi 李雷"),
        (Some("EN-gb"), "en", "Hi 李雷"),
        (Some("zh-Hant-TW"), "zh", "李雷您好"),
        (Some("ja"), "zh", "李雷您好"),
        (None, "zh", "李雷您好"),
    ];
    for (asked, language, text) in cases {
        let expected = (language.to_owned(), text.to_owned());
        assert_eq!(
            said(asked, Some("李雷")),
            Ok(expected),
            "asked for {asked:?}"
        );
    }
}

#[test]
fn an_absent_value_takes_the_fallback_of_its_language_or_withholds_the_reply() {
    assert_eq!(said(Some("en"), None), Ok(("en".into(), "Hi there".into())));
    assert_eq!(
        said(Some("zh"), None),
        Err(WithheldReason::ValueMissing {
            parameter: "name".into()
        })
    );
}
