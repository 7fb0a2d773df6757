//! The check of rule files with all that belongs to them: the language's own, and the scripts that facts call.

use std::time::Duration;

use jiff::civil::Date;
use rust_decimal::Decimal;
use signalbox_dsl::bundle::{Bundle, Operand, ScriptFact};
use signalbox_dsl::problem::{Locale, MeaningProblem};
use signalbox_dsl::value::{Currency, Type, Value};
use signalbox_dsl::{Checked, Diagnostic, Severity, SourceSet, Span};
use signalbox_script::{BadScript, Failure, Script};

use super::{compile, members};
use crate::describe;

/// Checks rule files and scripts. Standard modules must be in `sources` already: see [`with_standard`](crate::standard::with_standard).
pub fn check(sources: &SourceSet) -> Checked {
    with_scripts(signalbox_dsl::check(sources))
}

/// As [`check`], and warns of what ends soon, seen from `today`.
pub fn check_on(sources: &SourceSet, today: Date) -> Checked {
    with_scripts(signalbox_dsl::check_on(sources, today))
}

fn with_scripts(mut checked: Checked) -> Checked {
    let Some(bundle) = &checked.bundle else {
        return checked;
    };
    for fact in &bundle.scripts {
        let found = match compile(bundle, fact) {
            Ok(script) => try_out(bundle, fact, &script),
            Err(bad) => Some(diagnostic(fact, bad)),
        };
        checked.diagnostics.extend(found);
    }
    // Two facts of one script would tell the same of it.
    checked
        .diagnostics
        .sort_by_key(|found| (found.span, found.problem.code()));
    checked.diagnostics.dedup();
    let mut found = checked.diagnostics.iter();
    if found.any(|found| found.problem.severity() == Severity::Error) {
        checked.bundle = None;
    }
    checked
}

/// What is wrong with a script, in the script's own place.
fn diagnostic(fact: &ScriptFact, bad: BadScript) -> Diagnostic {
    let (problem, place) = match bad {
        BadScript::Unreadable {
            english,
            chinese,
            place,
        } => (MeaningProblem::BadScript { english, chinese }, place),
        BadScript::Statements => {
            let english = bad.to_string();
            let chinese = "脚本最外层只能写函数".to_owned();
            (MeaningProblem::BadScript { english, chinese }, 0)
        }
        BadScript::NoFunction {
            function,
            parameters,
            found,
        } => {
            let problem = MeaningProblem::NoScriptFunction {
                function,
                arguments: parameters,
                found,
            };
            (problem, 0)
        }
    };
    Diagnostic::new(problem, span(fact, place))
}

/// The character at a byte of the script; nothing behind its end.
fn span(fact: &ScriptFact, place: usize) -> Span {
    let rest = fact.source.get(place..).unwrap_or_default();
    let length = rest
        .chars()
        .next()
        .filter(|it| *it != '\n')
        .map_or(0, char::len_utf8);
    let at = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    Span {
        file: fact.file,
        start: at(place),
        end: at(place + length),
    }
}

/// Calls the script once with plain values. What comes of it at run time only (a function that does not exist, a result of another
/// type) is seen here, though not for every way through the script.
fn try_out(bundle: &Bundle, fact: &ScriptFact, script: &Script) -> Option<Diagnostic> {
    let samples: Vec<(String, Value)> = fact
        .arguments
        .iter()
        .filter_map(|argument| sample(bundle, argument))
        .collect();
    let values: Vec<&Value> = samples.iter().map(|(_, value)| value).collect();
    let failure = script.call(&values).result.err()?;
    // A script may well refuse a sample that no customer would write.
    if !matches!(
        failure,
        Failure::Stopped { .. } | Failure::WrongResult { .. }
    ) {
        return None;
    }
    let tried: Vec<String> = samples
        .iter()
        .map(|(path, value)| format!("{path} = {}", describe::value(value)))
        .collect();
    let problem = MeaningProblem::DoubtfulScript {
        tried: tried.join(", "),
        english: failure.text(Locale::English),
        chinese: failure.text(Locale::Chinese),
    };
    Some(Diagnostic::new(problem, fact.span))
}

fn sample(bundle: &Bundle, argument: &Operand) -> Option<(String, Value)> {
    match argument {
        Operand::Field { field, .. } => {
            let field = bundle.fields.get(field.index())?;
            let value = sample_of(bundle, &field.value_type)?;
            Some((field.path.to_string(), value))
        }
        Operand::Constant(value) => Some((describe::value(value), value.clone())),
    }
}

fn sample_of(bundle: &Bundle, value_type: &Type) -> Option<Value> {
    Some(match value_type {
        Type::Text => Value::Text("a".into()),
        Type::Bool => Value::Bool(true),
        Type::Int | Type::Decimal => Value::Number(Decimal::ONE),
        Type::Percent => Value::Percent(Decimal::from(50)),
        Type::Money => Value::Money {
            currency: Currency::from_code("CNY")?,
            amount: Decimal::ONE,
        },
        Type::Duration => Value::Duration(Duration::from_secs(60)),
        Type::TimeOfDay => Value::TimeOfDay(jiff::civil::time(12, 0, 0, 0)),
        Type::Date => Value::Date(jiff::civil::date(2026, 1, 5)),
        Type::Timestamp => Value::Timestamp(jiff::Timestamp::UNIX_EPOCH),
        Type::Timezone => Value::Timezone(bundle.timezone.clone()),
        Type::Language => Value::Language(bundle.default_language.clone()),
        Type::Enum(name) => Value::Member(members(bundle, name).first()?.clone()),
        Type::List(element) => Value::List(vec![sample_of(bundle, element)?]),
    })
}
