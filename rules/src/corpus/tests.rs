use signalbox_dsl::value::{Currency, Type};

use super::*;
use crate::sample::{Sample, noon};

fn bundle() -> Bundle {
    let mut bundle = Sample::new().0;
    for (path, value_type) in [
        ("customer.orders", Type::Int),
        ("queue.wait", Type::Duration),
        ("customer.tags", Type::List(Box::new(Type::Text))),
        ("customer.vip", Type::Bool),
        ("shop.opens", Type::TimeOfDay),
        ("customer.born", Type::Date),
    ] {
        bundle.fields.push(Field {
            path: path.into(),
            value_type,
            optional: true,
            description: "".into(),
        });
    }
    bundle
}

fn read(line: &str) -> Result<Vec<CorpusMessage>, String> {
    let bundle = bundle();
    let reader = CorpusReader::new(&bundle, noon());
    reader.read(line).map_err(|error| error.to_string())
}

#[test]
fn values_are_read_by_the_type_of_their_field() {
    let line = r#"{"id": 7, "text": "我要退款", "facts": {"customer.tier": "vip", "message.anger": 31.5,
        "customer.spend": "CNY 12.50", "customer.orders": 3, "queue.wait": "10m", "customer.tags": ["a"],
        "customer.vip": true, "shop.opens": "09:30", "customer.born": "2000-02-29",
        "now": "2026-11-11T22:00:00+08:00", "nobody.knows": {"this": "path"}}}"#;
    let messages = read(&line.replace('\n', "")).unwrap();
    let [message] = &messages[..] else {
        panic!("one message: {messages:?}");
    };
    assert_eq!(message.id, "7");
    assert_eq!(message.now, "2026-11-11T14:00:00Z".parse().unwrap());
    let expected = [
        ("customer.born", Value::Date(jiff::civil::date(2000, 2, 29))),
        ("customer.orders", Value::Number(3.into())),
        (
            "customer.spend",
            Value::Money {
                currency: Currency::from_code("CNY").unwrap(),
                amount: "12.50".parse().unwrap(),
            },
        ),
        ("customer.tags", Value::List(vec![Value::Text("a".into())])),
        ("customer.tier", Value::Member("vip".into())),
        ("customer.vip", Value::Bool(true)),
        ("message.anger", Value::Percent("31.5".parse().unwrap())),
        (
            "queue.wait",
            Value::Duration(std::time::Duration::from_secs(600)),
        ),
        (
            "shop.opens",
            Value::TimeOfDay(jiff::civil::time(9, 30, 0, 0)),
        ),
        ("text", Value::Text("我要退款".into())),
    ];
    let facts: Vec<_> = message
        .facts
        .iter()
        .map(|(path, value)| (path, value.clone()))
        .collect();
    assert_eq!(facts, expected);
}

#[test]
fn an_unknown_member_is_other_and_ids_may_be_strings() {
    let messages =
        read("\n{\"id\":\"a-1\",\"text\":\"\",\"facts\":{\"customer.tier\":\"platinum\"}}\n\n")
            .unwrap();
    assert_eq!(messages[0].id, "a-1");
    assert_eq!(
        messages[0].facts.get("customer.tier"),
        Some(&Value::Member("other".into()))
    );
    assert_eq!(messages[0].now, noon());
}

#[test]
fn null_is_an_absent_fact() {
    let messages =
        read(r#"{"id":1,"text":"a","facts":{"customer.tier":null,"now":null}}"#).unwrap();
    assert_eq!(messages[0].facts.get("customer.tier"), None);
    assert_eq!(messages[0].now, noon());
}

#[test]
fn what_does_not_fit_names_line_and_field() {
    let good = r#"{"id":1,"text":"a"}"#;
    let cases = [
        (
            r#""message.anger":"31%""#,
            "line 2 of the corpus: `message.anger` needs a number from 0 to 100, such as 31 for 31%",
        ),
        (
            r#""message.anger":131"#,
            "line 2 of the corpus: `message.anger` needs a number from 0 to 100, such as 31 for 31%",
        ),
        (
            r#""customer.orders":1.5"#,
            "line 2 of the corpus: `customer.orders` needs a whole number",
        ),
        (
            r#""customer.spend":200"#,
            "line 2 of the corpus: `customer.spend` needs a string with currency and amount, such as \"CNY 200\"",
        ),
        (
            r#""now":"yesterday""#,
            "line 2 of the corpus: `now` needs a moment, such as \"2026-11-11T22:00:00+08:00\"",
        ),
        (
            r#""customer.tags":["a",1]"#,
            "line 2 of the corpus: `customer.tags` needs an array of values of the list's type",
        ),
    ];
    for (fact, expected) in cases {
        let corpus = format!("{good}\n{{\"id\":2,\"text\":\"b\",\"facts\":{{{fact}}}}}");
        assert_eq!(read(&corpus), Err(expected.to_owned()));
    }
    let no_text = read("{\"id\":1}").unwrap_err();
    assert!(
        no_text.starts_with("line 1 of the corpus: missing field `text`"),
        "{no_text}"
    );
}

#[test]
fn a_key_that_no_message_has_is_an_error_with_its_line() {
    let good = r#"{"id":1,"text":"a"}"#;
    for (line, expected) in [
        (
            r#"{"id":2,"text":"b","fact":{"customer.tier":"vip"}}"#,
            "line 2 of the corpus: unknown key `fact`; did you mean `facts`?",
        ),
        (
            r#"{"id":2,"txet":"b"}"#,
            "line 2 of the corpus: unknown key `txet`; did you mean `text`?",
        ),
        (
            r#"{"id":2,"text":"b","channel":"sms"}"#,
            "line 2 of the corpus: unknown key `channel`; a message has `id`, `text` and `facts`",
        ),
    ] {
        assert_eq!(read(&format!("{good}\n{line}")), Err(expected.to_owned()));
    }
}
