//! Random effects, with and without limits.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use signalbox_dsl::bundle::*;
use signalbox_dsl::value::{Type, Value};

use super::{QUEUES, field_named, span};

/// Two without parameters, one whose placeholder has a fallback in one language only.
pub(crate) fn templates() -> Vec<Template> {
    let body = |language: &str, pieces| TemplateBody {
        language: language.into(),
        pieces,
    };
    let text = |text: &str| vec![TemplatePiece::Text(text.into())];
    let name = |fallback: Option<&str>| {
        vec![TemplatePiece::Placeholder {
            parameter: 0,
            fallback: fallback.map(Into::into),
        }]
    };
    vec![
        Template {
            name: "t0".into(),
            parameters: Vec::new(),
            bodies: vec![body("zh", text("零")), body("en", text("zero"))],
        },
        Template {
            name: "t1".into(),
            parameters: Vec::new(),
            bodies: vec![body(
                "zh",
                vec![TemplatePiece::OpensNext {
                    calendar: CalendarId(0),
                    fallback: None,
                }],
            )],
        },
        Template {
            name: "t2".into(),
            parameters: vec![Parameter {
                name: "name".into(),
                value_type: Type::Text,
            }],
            bodies: vec![body("zh", name(None)), body("en", name(Some("there")))],
        },
    ]
}

pub(crate) fn limited_effect() -> impl Strategy<Value = LimitedEffect> {
    (effect(), prop::option::weighted(0.4, limit())).prop_map(|(effect, limit)| LimitedEffect {
        effect,
        limit,
        span: span(),
    })
}

fn effect() -> impl Strategy<Value = Effect> {
    let scope = || select(vec![Scope::Episode, Scope::Customer]);
    let tag = || select(vec!["x", "y"]).prop_map(Into::into);
    let lifetime = select(vec![
        None,
        Some(Duration::from_secs(60)),
        Some(Duration::from_secs(600)),
    ]);
    prop_oneof![
        5 => reply(),
        2 => (0..QUEUES, prop::option::of(Just("note".into())))
            .prop_map(|(queue, note)| Effect::HandOver { queue: QueueId(queue), note }),
        1 => select(vec![Priority::Low, Priority::High, Priority::Urgent]).prop_map(Effect::SetPriority),
        2 => (scope(), tag(), lifetime).prop_map(|(scope, tag, lifetime)| Effect::Tag { scope, tag, lifetime }),
        1 => (scope(), tag()).prop_map(|(scope, tag)| Effect::Untag { scope, tag }),
        1 => select(vec!["n1", "n2"]).prop_map(|note| Effect::Note(note.into())),
        1 => select(vec!["zh", "en"]).prop_map(|language| Effect::SetLanguage(language.into())),
        1 => Just(Effect::NoOtherReplies),
        1 => Just(Effect::CancelOutreach(None)),
    ]
}

fn reply() -> impl Strategy<Value = Effect> {
    let name = Operand::Field {
        field: field_named("customer.name"),
        default: None,
    };
    let or_you = Operand::Field {
        field: field_named("customer.name"),
        default: Some(Value::Text("您".into())),
    };
    prop_oneof![
        4 => (0..2_u32).prop_map(|template| (template, Vec::new())),
        2 => Just((2, vec![name])),
        1 => Just((2, vec![or_you])),
    ]
    .prop_map(|(template, arguments)| Effect::Reply {
        template: TemplateId(template),
        arguments,
    })
}

fn limit() -> impl Strategy<Value = Limit> {
    let window = select(vec![
        LimitWindow::Sliding(Duration::from_secs(3600 * 12)),
        LimitWindow::Today,
        LimitWindow::Whole,
    ]);
    (
        1..3_u32,
        window,
        select(vec![Scope::Episode, Scope::Customer]),
    )
        .prop_map(|(times, window, scope)| Limit {
            times,
            window,
            scope,
        })
}
