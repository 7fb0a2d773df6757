//! Scripts that mean harm, or behave as if they did: each is refused, or stopped, with a reason in plain words. Nothing panics, and nothing
//! takes more than its limits.
//!
//! All of it runs on a thread with a small stack, the smallest that the program ever calls scripts on being twice as large.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a thread that panics is what the tests look for"
)]

use proptest::prelude::*;
use signalbox_dsl::Locale;
use signalbox_dsl::value::{Type, Value};
use signalbox_script::{
    BadScript, DEFAULT_STEPS, Failure, MOST_SOURCE_BYTES, MOST_STEPS, Outcome, ResultType, Script,
    Signature,
};

/// Half of what threads get that nobody asks for.
const STACK: usize = 1 << 20;

fn signature(steps: u64) -> Signature {
    Signature {
        function: "f".to_owned(),
        parameters: vec![Type::Text],
        result: ResultType {
            value_type: Type::Text,
            members: Vec::new(),
        },
        steps,
    }
}

fn run(source: &str, steps: u64) -> Result<Outcome, BadScript> {
    let source = source.to_owned();
    let call = move || {
        let script = Script::compile(&source, signature(steps))?;
        Ok(script.call(&[&Value::Text("退款 refund".into())]))
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(call);
    thread.unwrap().join().expect("no panic")
}

/// What came of it, in a word.
fn fate(source: &str) -> &'static str {
    match run(source, DEFAULT_STEPS) {
        Err(bad) => {
            assert!(!bad.to_string().is_empty());
            "refused"
        }
        Ok(Outcome { result: Ok(_), .. }) => "value",
        Ok(Outcome {
            result: Err(failure),
            steps,
        }) => {
            assert!(steps <= DEFAULT_STEPS);
            for locale in [Locale::English, Locale::Chinese] {
                let text = failure.text(locale);
                assert!(!text.is_empty() && !text.contains('\n'), "{text}");
            }
            match failure {
                Failure::TooManySteps { line } => at(line, "steps"),
                Failure::TooDeep { line } => at(line, "deep"),
                Failure::TooLarge { line } => at(line, "large"),
                Failure::Stopped { line, .. } => at(line, "stopped"),
                Failure::WrongResult { .. } => "result",
                Failure::Absent { .. } | Failure::ArgumentTooLarge => "argument",
            }
        }
    }
}

/// Whoever wrote it must be told where: every script here has its mistake in the first line, or says another.
fn at(line: usize, fate: &'static str) -> &'static str {
    assert!(line > 0, "nobody knows the line: {fate}");
    fate
}

fn all(wanted: &str, sources: &[&str]) {
    for source in sources {
        assert_eq!(fate(source), wanted, "{source}");
    }
}

#[test]
fn what_does_not_end_is_stopped_by_its_steps() {
    all(
        "steps",
        &[
            "fn f(t) { loop { } }",
            "fn f(t) { while true { } }",
            "fn f(t) { loop { loop { continue; } } }",
            "fn f(t) { for i in 0..9223372036854775807 { } \"\" }",
            "fn f(t) { for i in 0..=9223372036854775807 { } \"\" }",
            "fn f(t) { loop { for c in t { } for c in t.chars() { } } }",
            "fn f(t) { do { } until false }",
            "fn f(t) { try { loop { } } catch { loop { } } }",
            "fn f(t) { let n = 0; loop { try { n += g(n); } catch { n = 0; } } } fn g(n) { throw n }",
            "fn f(t) { let a = [1]; loop { a = a.map(|x| x + 1); } }",
        ],
    );
}

#[test]
fn a_loop_that_catches_everything_cannot_catch_its_end() {
    let source = "fn f(t) { loop { try { loop { } } catch (e) { } } }";
    let outcome = run(source, 500).unwrap();
    assert_eq!(outcome.result, Err(Failure::TooManySteps { line: 1 }));
    assert_eq!(outcome.steps, 500);
    let below = "// f\nfn g(n) { loop { } }\n  fn  f (t) {\n    g(1)\n}";
    let outcome = run(below, 500).unwrap();
    assert_eq!(outcome.result, Err(Failure::TooManySteps { line: 3 }));
}

#[test]
fn recursion_is_stopped_by_its_depth() {
    all(
        "deep",
        &[
            "fn f(t) { f(t) }",
            "fn f(t) { g(t) } fn g(t) { f(t) }",
            "fn f(t) { [t].map(|x| f(x)) }",
            "fn f(t) { [[f([[t]])]] }",
            "fn f(t) { if true { if true { if true { switch 1 { 1 => { f(t) } } } } } }",
        ],
    );
}

#[test]
fn what_grows_is_stopped_by_its_size() {
    all(
        "large",
        &[
            "fn f(t) { let s = \"x\"; loop { s += s; } }",
            "fn f(t) { let s = \"x\"; loop { s = `${s}${s}`; } }",
            "fn f(t) { let s = \"\"; s.pad(100000000, \"x\"); s }",
            "fn f(t) { let a = []; loop { a += [1, 1, 1, 1, 1, 1, 1, 1]; } }",
            "fn f(t) { let a = [1]; loop { a += a; } }",
            "fn f(t) { let a = []; loop { a = [a, a]; } }",
            "fn f(t) { let a = []; let s = \"x\"; s.pad(10000, 'x'); loop { a.push(s); } }",
            "fn f(t) { let m = #{}; let n = 0; loop { m[`${n}`] = n; n += 1; } }",
            "fn f(t) { let m = #{}; loop { m = #{a: m, b: m}; } }",
            "fn f(t) { let m = #{}; let n = 0; loop { m[`${n}`] = m; n += 1; } }",
            "fn f(t) { let m = #{a: 1, b: 2}; loop { let c = m; m.a = c; m.b = c; } }",
            "fn f(t) { let a = [1, 2]; loop { let b = a; a[0] = b; a[1] = b; } }",
            "fn f(t) { let a = [1, 2]; loop { a[0] = a; a[1] = a; } }",
            "fn f(t) { let m = #{}; let s = \"x\"; s.pad(9000, 'x'); loop { m.a = s; m.b = s; m.a += 1; } }",
            "fn f(t) { let s = \"x\"; s.pad(16000, 'x'); s.replace(\"x\", s); s }",
        ],
    );
    let many: String = (0..200).map(|n| format!("let v{n} = {n};")).collect();
    assert_eq!(fate(&format!("fn f(t) {{ {many} \"\" }}")), "large");
}

#[test]
fn values_that_lie_too_deep_never_overflow_the_stack() {
    for deepen in [
        "a = [a]",
        "a = #{a: a}",
        "a = [#{a: [a]}]",
        "a.push(a)",
        "a += [a]",
        "let b = [0]; b[0] = a; a = b",
        "a = [a].map(|x| [[x]])",
        "a = deeper(deeper(deeper(a)))",
    ] {
        for then in [
            "`${a}`",
            "if a == a { t }",
            "if [a] != [a] { t }",
            "throw a",
            "switch a { 1 => 2 }",
            "[a].contains(a)",
            "a.to_string()",
            "t",
        ] {
            let source = format!(
                "fn f(t) {{ let a = []; let n = 0; while n < 300 {{ {deepen}; n += 1; }} {then} }}\n\
                 fn deeper(x) {{ [[[[x]]]] }}"
            );
            assert_eq!(fate(&source), "large", "{source}");
        }
    }
}

#[test]
fn what_lies_as_deep_as_it_may_is_compared_and_shown() {
    let deepen = "let a = []; let b = []; let n = 0; while n < 31 { a = [a]; b = [b]; n += 1; }";
    let deepest = format!("fn f(t) {{ {deepen} if a == b {{ `${{a}}` }} else {{ t }} }}");
    let shown = format!("{}{}", "[".repeat(32), "]".repeat(32));
    let wanted = Ok(Value::Text(shown.into()));
    assert_eq!(run(&deepest, DEFAULT_STEPS).unwrap().result, wanted);
}

#[test]
fn what_goes_through_something_large_takes_steps_by_its_size() {
    let ones = format!("let it = [{}];", "1, ".repeat(990));
    let letters = format!("let it = \"{}\";", "x".repeat(16_000));
    for (large, does, times) in [
        (&ones, "it.index_of(-1)", 20),
        (&ones, "it.contains(-1)", 20),
        (&ones, "-1 in it", 20),
        (&ones, "it == it", 20),
        (&ones, "it.sort()", 20),
        (&ones, "it[0]", 330),
        (&ones, "it.len()", 330),
        (&ones, "g(it)", 330),
        (&ones, "let other = it", 330),
        (&letters, "it.index_of('y')", 160),
        (&letters, "it.contains(\"y\")", 160),
        (&letters, "it.len", 160),
        (&letters, "it.to_upper()", 160),
        (&letters, "it.replace('y', 'z')", 160),
        (&letters, "it.split('y')", 160),
        (&letters, "it == t", 330),
        (&letters, "it[9]", 330),
        (&letters, "`${it}`", 330),
    ] {
        let source = |times: usize| {
            format!(
                "fn f(t) {{ {large} let n = 0; while n < {times} {{ {does}; n += 1; }} t }}\n\
                 fn g(x) {{ 1 }}"
            )
        };
        assert_eq!(fate(&source(times / 8)), "value", "{does}");
        assert_eq!(fate(&source(times)), "steps", "{does}");
    }
}

#[test]
fn a_large_array_can_be_made_one_by_one() {
    let source = "fn f(t) { let a = []; for n in 0..990 { a.push(n); } `${a.len}` }";
    let made = run(source, MOST_STEPS).unwrap();
    assert_eq!(made.result, Ok(Value::Text("990".into())));
}

#[test]
fn a_fact_cannot_ask_for_more_steps_than_there_are() {
    let endless = run("fn f(t) { loop { } }", u64::MAX).unwrap();
    assert_eq!(endless.result, Err(Failure::TooManySteps { line: 1 }));
    assert_eq!(endless.steps, MOST_STEPS);
}

#[test]
fn what_cannot_be_done_is_said() {
    all(
        "stopped",
        &[
            "fn f(t) { throw \"no\" }",
            "fn f(t) { throw #{a: [1, 2]} }",
            "fn f(t) { throw }",
            "fn f(t) { 9223372036854775807 + 1 }",
            "fn f(t) { -9223372036854775807 - 2 }",
            "fn f(t) { 9223372036854775807 * 2 }",
            "fn f(t) { 1 / 0 }",
            "fn f(t) { 1 % 0 }",
            "fn f(t) { (0 - 9223372036854775807 - 1) / -1 }",
            "fn f(t) { abs(0 - 9223372036854775807 - 1) }",
            "fn f(t) { 10 ** 40 }",
            "fn f(t) { 2.0 ** 200.0 }",
            "fn f(t) { 79228162514264337593543950335.0 * 2.0 }",
            "fn f(t) { t + nothing(1) }",
            "fn f(t) { t - 1 }",
            "fn f(t) { t.no_such_property }",
            "fn f(t) { #{a: 1}.b }",
            "fn f(t) { [1][5] }",
            "fn f(t) { t[1000] }",
            "fn f(t) { parse_int(\"x\") }",
            "fn f(t) { let x = 1; x() }",
            "fn f(t) { sleep(100000) }",
            "fn f(t) { exit(t) }",
            "fn f(t) { t.take() }",
            "fn f(t) { let n = 5; for x in n { } }",
            "fn f(t) { blob(100000000) }",
            "fn f(t) { timestamp() }",
            "fn f(t) { rand() }",
            "fn f(t) { open(\"/etc/passwd\") }",
        ],
    );
}

#[test]
fn shifts_and_other_odd_numbers_do_not_break_it() {
    for source in [
        "fn f(t) { `${1 << 1000}` }",
        "fn f(t) { `${1 >> -1}` }",
        "fn f(t) { `${1 << -9223372036854775807}` }",
        "fn f(t) { `${-1 >> 9223372036854775807}` }",
        "fn f(t) { let n = 1; n <<= 64; `${n}` }",
        "fn f(t) { t.sub_string(-9223372036854775807, 9223372036854775807) }",
        "fn f(t) { t.crop(9223372036854775807); t }",
        "fn f(t) { t.pad(-1, 'x'); t }",
        "fn f(t) { t.truncate(-5); t }",
        "fn f(t) { t.split(\"\").len().to_string() }",
        "fn f(t) { t.split(-9).len().to_string() }",
        "fn f(t) { [1, 2].extract(-9, 9223372036854775807).len().to_string() }",
        "fn f(t) { [1, 2].splice(-9223372036854775807, 9223372036854775807, [3]); t }",
        "fn f(t) { [1, 2].chop(-3); t }",
        "fn f(t) { [3, \"a\", 1.5, ()].sort(); t }",
        "fn f(t) { [3, 1, 2].sort(|a, b| 1); t }",
        "fn f(t) { [3, 1, 2].sort(|a, b| throw 1); t }",
        "fn f(t) { range(10, 0, -1).len().to_string() }",
        "fn f(t) { for i in range(0, 10, 0) { } t }",
        "fn f(t) { for i in range(9223372036854775807, 0) { } t }",
        "fn f(t) { \"x\".pad(16384, \"退\"); t }",
        "fn f(t) { t.index_of(\"\", 9223372036854775807).to_string() }",
        "fn f(t) { t[-1..=9223372036854775807] }",
        "fn f(t) { 1.5.round(9223372036854775807).to_string() }",
        "fn f(t) { (0.0 - 1.0).sqrt().to_string() }",
        "fn f(t) { 0.0.ln().to_string() }",
        "fn f(t) { 1000000.0.exp().to_string() }",
        "fn f(t) { 9223372036854775807.to_binary() }",
        "fn f(t) { parse_int(\"zz\", 999).to_string() }",
        "fn f(t) { parse_int(\"zz\", -1).to_string() }",
        "fn f(t) { parse_decimal(\"1e999999\").to_string() }",
    ] {
        // Any of them will do, but a panic.
        let _ = fate(source);
    }
}

#[test]
fn what_no_script_may_say_is_refused() {
    all(
        "refused",
        &[
            "fn f(t) { eval(t) }",
            "fn f(t) { let eval = 1; eval }",
            "import \"fs\" as fs; fn f(t) { t }",
            "fn f(t) { import \"fs\" as fs; }",
            "export let x = 1; fn f(t) { t }",
            "fn f(t) { fs::open(t) }",
            "fn f(t) { print(t) }",
            "fn f(t) { debug(t) }",
            "fn f(t) { this }",
            "fn f(t) { const X = 1; X = 2; }",
            "fn f(t) { t.f() } fn f() { this.f() }",
            "fn f(t) { Fn(\"f\") }",
            "fn f(t) { call(t) }",
            "fn f(t) { Fn(\"eval\").call(\"1\") }",
            "fn f(t) { spawn async await }",
            "fn eval(t) { t } fn f(t) { t }",
            "let x = 1; fn f(t) { x }",
            "fn f(t) { let y = 1; |x| x + y }",
            "fn f(t) { undefined_variable }",
            "fn f(t) { \"unterminated }",
            "fn f(t) { /* ",
            "fn f(t) { t",
            "",
            "\u{feff}",
            "\0\0\0",
            "fn f() { \"wrong arity\" }",
            "private fn g(t) { t }",
            "loop { }",
        ],
    );
}

#[test]
fn a_builtin_can_be_shadowed_only_for_its_own_script() {
    let shadowed = run(
        "fn contains(a, b) { true } fn f(t) { `${contains(t, \"x\")}` }",
        1_000,
    );
    assert_eq!(shadowed.unwrap().result, Ok(Value::Text("true".into())));
    let other = run("fn f(t) { `${t.contains(\"x\")}` }", 1_000);
    assert_eq!(other.unwrap().result, Ok(Value::Text("false".into())));
}

#[test]
fn what_lies_too_deep_is_refused_and_never_overflows_the_stack() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("#{a: ", "}"),
        ("-", ""),
        ("!", ""),
        ("if true { ", " }"),
        ("while true { ", " }"),
        ("switch 1 { 1 => ", " }"),
        ("`${", "}`"),
        ("|x| ", ""),
        ("t[", "]"),
        ("f(", ")"),
        ("/*", "*/"),
        ("1 + ", ""),
        ("true && ", ""),
        ("t ?? ", ""),
        ("t.f(", ")"),
        ("try { ", " } catch { }"),
        ("return ", ""),
        ("let x = ", ""),
        ("1 + (", ")"),
        ("for x in ", ""),
    ] {
        for depth in [
            30,
            1_000,
            MOST_SOURCE_BYTES / (open.len() + close.len()) - 20,
        ] {
            let source = format!(
                "fn f(t) {{ {}1{} }}",
                open.repeat(depth),
                close.repeat(depth)
            );
            let fate = fate(&source);
            assert!(
                fate != "value" || depth < 100 || open == "/*",
                "{open} {depth}"
            );
        }
    }
    // Chains are long, not deep: they may be long.
    for link in [".len()", " + 1", "[0]", ".a"] {
        let _ = fate(&format!("fn f(t) {{ t{} }}", link.repeat(5_000)));
    }
}

#[test]
fn what_is_too_long_is_refused() {
    let long = format!("fn f(t) {{ t }} //{}", "x".repeat(MOST_SOURCE_BYTES));
    assert_eq!(
        run(&long, 10).unwrap_err().to_string(),
        "it is longer than 64 KiB"
    );
    let many: String = (0..200).map(|n| format!("fn g{n}() {{ {n} }}\n")).collect();
    assert_eq!(fate(&format!("{many} fn f(t) {{ t }}")), "refused");
    let literal = format!("fn f(t) {{ \"{}\" }}", "x".repeat(20_000));
    assert_eq!(fate(&literal), "refused");
}

#[test]
fn one_script_does_not_count_the_steps_of_another() {
    let endless = run("fn f(t) { loop { } }", MOST_STEPS).unwrap();
    assert_eq!(endless.steps, MOST_STEPS);
    let short = run("fn f(t) { t }", MOST_STEPS).unwrap();
    assert!(short.steps < 20, "{}", short.steps);
}

/// Pieces that scripts are made of, to be thrown together.
const PIECES: [&str; 40] = [
    "fn f(t) {",
    "fn g() {",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    "#{",
    ":",
    ",",
    ";",
    "t",
    "f(t)",
    "let x =",
    "x",
    "1",
    "0.5",
    "\"退\"",
    "'a'",
    "`${",
    "if",
    "else",
    "loop {",
    "break",
    "for i in",
    "0..9",
    "|x|",
    "+",
    "-",
    "*",
    "/",
    "<<",
    "==",
    "&&",
    ".len",
    ".push(t)",
    "throw",
    "switch",
    "=>",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_thrown_together_panics(
        pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60),
    ) {
        let body = pieces.join(" ");
        let _ = run(&body, 2_000);
        let _ = run(&format!("fn f(t) {{ {body} }}"), 2_000);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        let _ = run(&text, 1_000);
    }
}
