use serde_json::{Map, json};
use signalbox_dsl::{SourceFile, SourceSet, check};

use super::*;

const RULES: &str = "language 1
module t
ranks high > low
queue people \"People\" default
enum Carrier = sf | jd
schema event order.delivered
  no: text
  count: int optional
  weight: decimal optional
  score: percent optional
  amount: money optional
  took: duration optional
  at: time optional
  on_day: date optional
  seen: timestamp optional
  place: timezone optional
  tongue: language optional
  carrier: Carrier optional
  items: list of text optional
  late: bool optional
";

fn bundle() -> Bundle {
    let sources = SourceSet::new(vec![SourceFile {
        path: "t.rules".into(),
        text: RULES.into(),
    }]);
    let checked = check(&sources);
    checked
        .bundle
        .unwrap_or_else(|| panic!("{:?}", checked.diagnostics))
}

fn event(name: &str, fields: Json) -> BusinessEvent {
    let Json::Object(fields) = fields else {
        panic!("fields are an object")
    };
    BusinessEvent {
        name: name.to_owned(),
        fields,
        digest: String::new(),
    }
}

/// What `json` becomes as the field `name`.
fn typed_field(name: &str, json: Json) -> Result<Option<Value>, Misfit> {
    let mut fields = Map::new();
    fields.insert("no".to_owned(), "A1".into());
    fields.insert(name.to_owned(), json);
    let facts = typed(&bundle(), &event("order.delivered", fields.into()))?;
    Ok(facts.get(&format!("order.{name}")).cloned())
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn each_type_is_read_from_what_stands_for_it() {
    let cases = [
        ("no", json!("A1"), Value::Text("A1".into())),
        ("no", json!(""), Value::Text("".into())),
        ("count", json!(3), Value::Number(decimal("3"))),
        ("count", json!(-3.0), Value::Number(decimal("-3"))),
        ("weight", json!(12.5), Value::Number(decimal("12.5"))),
        ("weight", json!("0.10"), Value::Number(decimal("0.10"))),
        ("weight", json!(1e-7), Value::Number(decimal("0.0000001"))),
        ("score", json!(70), Value::Percent(decimal("70"))),
        (
            "amount",
            json!({"amount": "300.00", "currency": "CNY"}),
            Value::Money {
                currency: Currency::from_code("CNY").unwrap(),
                amount: decimal("300.00"),
            },
        ),
        (
            "took",
            json!("PT10M"),
            Value::Duration(Duration::from_secs(600)),
        ),
        (
            "at",
            json!("09:30"),
            Value::TimeOfDay(jiff::civil::time(9, 30, 0, 0)),
        ),
        (
            "on_day",
            json!("2026-01-02"),
            Value::Date(jiff::civil::date(2026, 1, 2)),
        ),
        (
            "seen",
            json!("2026-01-02T11:04:05+08:00"),
            Value::Timestamp("2026-01-02T03:04:05Z".parse().unwrap()),
        ),
        (
            "place",
            json!("Asia/Shanghai"),
            Value::Timezone("Asia/Shanghai".into()),
        ),
        ("tongue", json!("zh-CN"), Value::Language("zh".into())),
        ("carrier", json!("sf"), Value::Member("sf".into())),
        ("carrier", json!("drone"), Value::Member("other".into())),
        (
            "items",
            json!(["a", "b"]),
            Value::List(vec![Value::Text("a".into()), Value::Text("b".into())]),
        ),
        ("late", json!(true), Value::Bool(true)),
    ];
    for (name, json, expected) in cases {
        let value = typed_field(name, json.clone());
        assert_eq!(value, Ok(Some(expected)), "{name}: {json}");
    }
}

#[test]
fn what_does_not_fit_is_refused_by_its_name() {
    let long = "长".repeat(MAX_TEXT_CHARS + 1);
    let many = vec!["a"; MAX_LIST_VALUES + 1];
    let cases = [
        ("no", json!(7)),
        ("no", json!(null)),
        ("no", json!("a\u{0}b")),
        ("no", json!(long)),
        ("count", json!(1.5)),
        ("count", json!("three")),
        ("weight", json!("1e3")),
        ("weight", json!(1e300)),
        ("score", json!(101)),
        ("score", json!("70 %")),
        ("amount", json!("300.00")),
        ("amount", json!({"amount": 300.0, "currency": "CNY"})),
        ("amount", json!({"amount": "300.00", "currency": "yuan"})),
        ("amount", json!({"amount": "300.00"})),
        ("took", json!("10 minutes or so")),
        ("took", json!("-PT10M")),
        ("at", json!("25:00")),
        ("on_day", json!("2026-02-30")),
        ("seen", json!("2026-01-02T11:04:05")),
        ("seen", json!(1_767_323_045)),
        ("place", json!("Mars/Olympus")),
        ("tongue", json!("!")),
        ("carrier", json!(1)),
        ("items", json!("a")),
        ("items", json!([1])),
        ("items", json!(many)),
        ("late", json!("yes")),
    ];
    for (name, json) in cases {
        let misfit = typed_field(name, json.clone()).unwrap_err();
        assert_eq!(misfit.field, format!("data.{name}"), "{json}");
    }
}

#[test]
fn what_is_optional_may_be_left_out_and_so_is_what_is_not_declared() {
    let fields = json!({"no": "A1", "count": null, "colour": "red"});
    let facts = typed(&bundle(), &event("order.delivered", fields)).unwrap();
    let paths: Vec<_> = facts.iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["order.no"]);
    let missing = typed(&bundle(), &event("order.delivered", json!({}))).unwrap_err();
    assert_eq!(missing.field, "data.no");
}

#[test]
fn an_event_that_nobody_declared_is_refused() {
    for name in ["order.lost", "order", "page.viewed", ""] {
        let misfit = typed(&bundle(), &event(name, json!({"no": "A1"}))).unwrap_err();
        assert_eq!(misfit.field, "type", "{name}");
    }
}
