use std::sync::Arc;

use super::*;
use crate::failure::{Found, Kind};
use crate::limits::{DEFAULT_STEPS, MOST_TEXT_BYTES};

fn signature(parameters: &[Type], value_type: Type) -> Signature {
    Signature {
        function: "f".to_owned(),
        parameters: parameters.to_vec(),
        result: ResultType {
            value_type,
            members: vec!["gold".into(), "vip".into(), "other".into()],
        },
        steps: DEFAULT_STEPS,
    }
}

fn call(source: &str, arguments: &[(Type, Value)], value_type: Type) -> Outcome {
    let types: Vec<Type> = arguments.iter().map(|(kind, _)| kind.clone()).collect();
    let script = Script::compile(source, signature(&types, value_type)).expect("it compiles");
    let values: Vec<&Value> = arguments.iter().map(|(_, value)| value).collect();
    script.call(&values)
}

fn text(text: &str) -> (Type, Value) {
    (Type::Text, Value::Text(text.into()))
}

#[test]
fn every_type_goes_in_and_comes_out() {
    let whole = |number: i64| Value::Number(number.into());
    let member = Type::Enum(Arc::from("shop.Tier"));
    let texts = Type::List(Box::new(Type::Text));
    let list = Value::List(vec![Value::Text("a".into()), Value::Text("乙".into())]);
    let money = Value::Money {
        currency: signalbox_dsl::value::Currency::from_code("CNY").unwrap(),
        amount: Decimal::new(1250, 2),
    };
    let cases = [
        (Type::Text, Value::Text("你好".into())),
        (Type::Bool, Value::Bool(true)),
        (Type::Int, whole(-3)),
        (Type::Decimal, Value::Number(Decimal::new(15, 1))),
        (Type::Percent, Value::Percent(Decimal::new(705, 1))),
        (
            Type::Duration,
            Value::Duration(std::time::Duration::from_secs(90)),
        ),
        (Type::Money, money),
        (member, Value::Member("vip".into())),
        (texts, list),
    ];
    for (kind, value) in cases {
        let outcome = call("fn f(it) { it }", &[(kind.clone(), value.clone())], kind);
        assert_eq!(outcome.result, Ok(value));
        assert!(outcome.steps > 0);
    }
}

use rust_decimal::Decimal;

#[test]
fn numbers_are_exact() {
    let outcome = call("fn f() { (0.1 + 0.2) * 10 }", &[], Type::Decimal);
    assert_eq!(outcome.result, Ok(Value::Number(Decimal::from(3))));
    let outcome = call("fn f() { 7 / 2 }", &[], Type::Percent);
    assert_eq!(outcome.result, Ok(Value::Percent(Decimal::from(3))));
}

#[test]
fn the_same_call_takes_the_same_steps() {
    let source = "fn f(text) { let n = 0; for c in text.chars() { if c == '急' { n += 10; } } n }";
    let script = Script::compile(source, signature(&[Type::Text], Type::Percent)).unwrap();
    let (_, urgent) = text("急急急，快点");
    let first = script.call(&[&urgent]);
    assert_eq!(first.result, Ok(Value::Percent(Decimal::from(30))));
    assert_eq!(script.call(&[&urgent]), first);
}

#[test]
fn a_result_of_another_type_or_out_of_range_is_refused() {
    let shown = |value: &str| Found::Shown(value.to_owned());
    for (source, kind, found) in [
        ("fn f() { \"high\" }", Type::Percent, shown("high")),
        ("fn f() { 101 }", Type::Percent, shown("101")),
        ("fn f() { -1 }", Type::Percent, shown("-1")),
        ("fn f() { -1 }", Type::Duration, shown("-1")),
        (
            "fn f() { \"silver\" }",
            Type::Enum("Tier".into()),
            shown("silver"),
        ),
        (
            "fn f() { 1.5 }",
            Type::Int,
            Found::Kind(Kind::DecimalNumber),
        ),
        ("fn f() { }", Type::Bool, Found::Kind(Kind::Nothing)),
        (
            "fn f() { [1] }",
            Type::List(Box::new(Type::Text)),
            Found::Kind(Kind::Array),
        ),
        (
            "fn f() { #{amount: 1, currency: \"yuan\"} }",
            Type::Money,
            Found::Kind(Kind::Map),
        ),
        (
            "fn f() { |x| x }",
            Type::Text,
            Found::Kind(Kind::SomethingElse),
        ),
    ] {
        let outcome = call(source, &[], kind);
        assert_eq!(
            outcome.result,
            Err(Failure::WrongResult { found }),
            "{source}"
        );
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (source, says, at) in [
        ("fn f() { 你好 }", "there is no variable `你好`", "你好"),
        (
            "fn f() {\n  let 分 = 1;\n  分 + y\n}",
            "there is no variable `y`",
            "y\n",
        ),
        (
            "fn f() { eval(\"1\") }",
            "scripts cannot use `eval`",
            "eval",
        ),
        (
            "fn f() { import \"x\" as x; }",
            "scripts cannot use `import`",
            "import",
        ),
        ("fn f() { print(1) }", "scripts cannot use `print`", "print"),
    ] {
        let bad = Script::compile(source, signature(&[], Type::Int)).unwrap_err();
        let BadScript::Unreadable {
            english,
            chinese,
            place,
        } = bad
        else {
            panic!("{source}: {bad:?}");
        };
        assert!(!chinese.is_empty() && chinese != english, "{chinese}");
        assert_eq!(english, says, "{source}");
        assert!(
            source[place..].starts_with(at),
            "{source}: {}",
            &source[place..]
        );
    }
}

#[test]
fn the_mark_at_the_start_of_a_file_is_no_part_of_the_script() {
    let outcome = call("\u{feff}fn f() { 7 }", &[], Type::Int);
    assert_eq!(outcome.result, Ok(Value::Number(Decimal::from(7))));
    let source = "\u{feff}fn f() { 你好 }";
    let bad = Script::compile(source, signature(&[], Type::Int)).unwrap_err();
    let BadScript::Unreadable { place, .. } = bad else {
        panic!("{bad:?}");
    };
    assert!(source[place..].starts_with("你好"), "{place}");
}

#[test]
fn a_character_is_a_text_of_one_letter() {
    let member = Type::Enum(Arc::from("shop.Tier"));
    let texts = Type::List(Box::new(Type::Text));
    let one = Value::Text("退".into());
    let outcome = call("fn f(t) { t[0] }", &[text("退款")], Type::Text);
    assert_eq!(outcome.result, Ok(one.clone()));
    let outcome = call("fn f(t) { [t[0]] }", &[text("退款")], texts);
    assert_eq!(outcome.result, Ok(Value::List(vec![one])));
    let outcome = call("fn f(t) { t[0] }", &[text("退款")], member);
    let found = Found::Shown("退".to_owned());
    assert_eq!(outcome.result, Err(Failure::WrongResult { found }));
}

#[test]
fn a_missing_function_names_those_there_are() {
    let bad = Script::compile("fn f(a) { a } fn g() { 1 }", signature(&[], Type::Int)).unwrap_err();
    let (function, parameters, found) = ("f".to_owned(), 0, vec![1]);
    assert_eq!(
        bad,
        BadScript::NoFunction {
            function,
            parameters,
            found
        }
    );
    let bad = Script::compile("let x = 1; fn f() { 1 }", signature(&[], Type::Int));
    assert_eq!(bad.unwrap_err(), BadScript::Statements);
}

#[test]
fn an_argument_that_is_too_large_is_not_handed_in() {
    let outcome = call(
        "fn f(a) { a }",
        &[text(&"x".repeat(MOST_TEXT_BYTES + 1))],
        Type::Text,
    );
    assert_eq!(outcome.result, Err(Failure::ArgumentTooLarge));
}

#[test]
fn a_wrong_result_is_told_in_one_language() {
    use signalbox_dsl::Locale;
    for (found, chinese) in [
        (
            Found::Kind(Kind::DecimalNumber),
            "返回了小数，不是该事实类型的值",
        ),
        (
            Found::Shown("101".to_owned()),
            "返回了 101，不是该事实类型的值",
        ),
    ] {
        let failure = Failure::WrongResult { found };
        assert_eq!(failure.text(Locale::Chinese), chinese);
    }
}
