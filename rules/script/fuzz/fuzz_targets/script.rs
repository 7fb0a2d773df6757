//! No script panics, overflows the stack or takes more steps than it has; whatever it does, it does twice alike, and why it gave no
//! value can be said in both languages.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signalbox_dsl::Locale;
use signalbox_dsl::value::{Type, Value};
use signalbox_script::{ResultType, Script, Signature};

/// Few, so that many scripts are tried.
const STEPS: u64 = 2_000;

fuzz_target!(|body: &str| {
    let source = format!("fn f(t) {{ {body} }}");
    let signature = || Signature {
        function: "f".to_owned(),
        parameters: vec![Type::Text],
        result: ResultType {
            value_type: Type::Text,
            members: Vec::new(),
        },
        steps: STEPS,
    };
    let Ok(script) = Script::compile(&source, signature()) else {
        return;
    };
    let argument = Value::Text("我要退款 refund".into());
    let first = script.call(&[&argument]);
    let second = script.call(&[&argument]);
    assert_eq!(first.result, second.result);
    assert_eq!(first.steps, second.steps);
    assert!(first.steps <= STEPS);
    if let Err(failure) = first.result {
        for locale in [Locale::English, Locale::Chinese] {
            assert!(!failure.text(locale).is_empty());
        }
    }
});
