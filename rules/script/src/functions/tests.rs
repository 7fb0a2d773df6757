use signalbox_dsl::value::{Type, Value};

use crate::limits::DEFAULT_STEPS;
use crate::{ResultType, Script, Signature};

/// What an expression comes to, shown as a text.
fn shown(expression: &str) -> String {
    let signature = Signature {
        function: "f".to_owned(),
        parameters: Vec::new(),
        result: ResultType {
            value_type: Type::Text,
            members: Vec::new(),
        },
        steps: DEFAULT_STEPS,
    };
    let source = format!("fn f() {{ `${{{expression}}}` }}");
    let script = Script::compile(&source, signature).expect("it compiles");
    match script.call(&[]).result {
        Ok(Value::Text(text)) => text.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_functions_do_what_the_language_book_says() {
    for (expression, wanted) in [
        ("\"退款ab\".len", "4"),
        ("\"\".is_empty()", "true"),
        ("\"退款ab\".contains('款') && \"ab\" in \"退款ab\"", "true"),
        ("\"ab\".contains(\"ba\")", "false"),
        (
            "\"abc\".starts_with(\"ab\") && \"abc\".ends_with('c')",
            "true",
        ),
        ("\"退款退款\".index_of(\"款\")", "1"),
        ("\"退款退款\".index_of('款', 2)", "3"),
        ("\"退款\".index_of(\"x\")", "-1"),
        ("\"退款abc\".sub_string(2)", "abc"),
        ("\"退款abc\".sub_string(-2, 1)", "b"),
        ("\"aB\".to_upper() + \"aB\".to_lower()", "ABab"),
        ("{ let s = \" a \"; s.trim(); s }", "a"),
        ("{ let s = \"aba\"; s.replace(\"a\", \"cc\"); s }", "ccbcc"),
        ("{ let s = \"7\"; s.pad(3, '-'); s }", "7--"),
        ("{ let s = \"7\"; s.pad(4, \"ab\"); s }", "7aba"),
        ("\"a b  c\".split().len", "3"),
        ("\"a,b,\".split(',')", "[\"a\", \"b\", \"\"]"),
        (
            "{ let n = 0; for c in \"退款\".chars() { n += 1; } n }",
            "2",
        ),
        ("{ let n = 0; for c in \"退款\" { n += 1; } n }", "2"),
        ("\"a\" + 1 + 1.5 + true + 'x'", "a11.5truex"),
        ("{ let s = \"a\"; s += 1; s }", "a1"),
        ("parse_int(\"12\") + \"退\".len", "13"),
        ("[1, 2].len + [].len()", "2"),
        ("[1, \"a\", 2.0].contains(2) && 'a' in [\"a\"]", "true"),
        ("[1, 2].contains([1])", "false"),
        ("[5, 6].index_of(6)", "1"),
        (
            "{ let a = [1]; a.push(2); a.insert(0, 3); a += 4; a }",
            "[3, 1, 2, 4]",
        ),
        (
            "{ let a = [1, 2, 3, 4]; a.pop() + a.shift() + a.remove(-1) + a.len }",
            "9",
        ),
        (
            "{ let a = [3, 1.5, 2]; a.sort(); a.reverse(); a }",
            "[3, 2, 1.5]",
        ),
        ("{ let a = [\"b\", \"a\"]; a.sort(); a }", "[\"a\", \"b\"]"),
        (
            "[1, 2, 3].extract(1) + [1, 2, 3].extract(0, 1)",
            "[2, 3, 1]",
        ),
        ("[1, [2, #{a: 3}]] == [1, [2, #{a: 3}]]", "true"),
        ("#{a: 1} != #{a: 2} && #{a: 1} != #{b: 1}", "true"),
        ("[1, 2].map(|x| x * 2)", "[2, 4]"),
        ("[1, 2, 3].filter(|x| x > 1)", "[2, 3]"),
        ("[1, 2, 3].find(|x| x > 1)", "2"),
        ("[1, 2].some(|x| x > 1) && ![1, 2].all(|x| x > 1)", "true"),
        (
            "#{a: 1, b: 2}.keys() + #{a: 1}.values()",
            "[\"a\", \"b\", 1]",
        ),
        (
            "{ let m = #{a: 1}; m.b = 5; m.remove(\"a\"); m.len() + m[\"b\"] }",
            "6",
        ),
        ("\"a\" in #{a: 1} && !#{a: 1}.contains(\"b\")", "true"),
        ("#{a: 1}.get(\"b\") == ()", "true"),
        ("5 in 0..6 && !(6 in 0..6) && 6 in 0..=6", "true"),
        (
            "max(1, 2) + min(3, 4) + abs(-5) + 2.5.floor().to_int()",
            "12",
        ),
    ] {
        assert_eq!(shown(expression), wanted, "{expression}");
    }
}
