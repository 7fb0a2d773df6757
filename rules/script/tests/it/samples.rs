//! The scripts that the samples of the rules use run in this sandbox, with what they call.

#![expect(clippy::unwrap_used, reason = "a test")]

use signalbox_dsl::value::{Currency, Type, Value};
use signalbox_script::{DEFAULT_STEPS, ResultType, Script, Signature};

fn gives(
    source: &str,
    function: &str,
    arguments: &[(Type, Value)],
    value_type: Type,
    wanted: Value,
) {
    let signature = Signature {
        function: function.to_owned(),
        parameters: arguments.iter().map(|(kind, _)| kind.clone()).collect(),
        result: ResultType {
            value_type,
            members: Vec::new(),
        },
        steps: DEFAULT_STEPS,
    };
    let script = Script::compile(source, signature).unwrap();
    let values: Vec<&Value> = arguments.iter().map(|(_, value)| value).collect();
    assert_eq!(script.call(&values).result, Ok(wanted), "{function}");
}

fn text(text: &str) -> (Type, Value) {
    (Type::Text, Value::Text(text.into()))
}

fn percent(number: i64) -> (Type, Value) {
    (Type::Percent, Value::Percent(number.into()))
}

fn whole(number: i64) -> (Type, Value) {
    (Type::Int, Value::Number(number.into()))
}

#[test]
fn the_samples_give_values() {
    gives(
        include_str!("../../../tests/scripts/priority.rhai"),
        "priority",
        &[text("马上！！退款"), text("vip"), percent(40)],
        Type::Percent,
        percent(65).1,
    );
    gives(
        include_str!("../../../tests/scripts/escalation.rhai"),
        "escalation",
        &[percent(40), percent(20), whole(9)],
        Type::Percent,
        percent(50).1,
    );
    gives(
        include_str!("../../../tests/scripts/找订单号.rhai"),
        "找订单号",
        &[text("我的订单 2026-1121-0042 呢")],
        Type::Text,
        text("202611210042").1,
    );
    let spent = Value::Money {
        currency: Currency::from_code("USD").unwrap(),
        amount: 700.into(),
    };
    gives(
        include_str!("../../../tests/scripts/is_vip.rhai"),
        "is_vip",
        &[text("normal"), (Type::Money, spent), whole(3)],
        Type::Bool,
        Value::Bool(true),
    );
    let tags = Value::List(vec![text("免打扰").1]);
    gives(
        include_str!("../../../tests/scripts/welcome.rhai"),
        "welcome",
        &[
            (Type::List(Box::new(Type::Text)), tags),
            percent(1),
            whole(0),
        ],
        Type::Bool,
        Value::Bool(false),
    );
}
