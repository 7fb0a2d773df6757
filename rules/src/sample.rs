//! Small bundles for unit tests.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use signalbox_dsl::bundle::*;
use signalbox_dsl::value::{Type, Value};
use signalbox_dsl::{FileId, Span};

use crate::{Decision, DisabledRules, Engine, Facts, Inputs, Ledger, Reference};

pub(crate) const TEXT: FieldId = FieldId(0);
pub(crate) const TIER: FieldId = FieldId(1);
pub(crate) const NAME: FieldId = FieldId(2);
pub(crate) const ANGER: FieldId = FieldId(4);
pub(crate) const LANGUAGE: FieldId = FieldId(6);

/// Starts with two queues (the second is the default one), two ranks, a template in two languages, no rules.
pub(crate) struct Sample(pub(crate) Bundle);

impl Sample {
    pub(crate) fn new() -> Self {
        let field = |path: &str, value_type| Field {
            path: path.into(),
            value_type,
            optional: true,
            description: "".into(),
        };
        let rank = |name: &str, ties: &[TieBreak]| Rank {
            name: name.into(),
            ties: ties.to_vec(),
        };
        let queue = |name: &str| Queue {
            name: name.into(),
            title: name.into(),
            hours: None,
            overflow: None,
            closed_reply: None,
        };
        Self(Bundle {
            hash: BundleHash([7; 32]),
            fields: vec![
                field("text", Type::Text),
                field("customer.tier", Type::Enum("tier".into())),
                field("customer.name", Type::Text),
                field("now", Type::Timestamp),
                field("message.anger", Type::Percent),
                field("customer.spend", Type::Money),
                field("customer.language", Type::Language),
            ],
            enums: vec![EnumType {
                name: "tier".into(),
                members: vec!["normal".into(), "vip".into(), "other".into()],
            }],
            keyword_lists: Vec::new(),
            ranks: vec![
                rank("high", &[]),
                rank("low", &[TieBreak::LongestKeyword, TieBreak::FirstMentioned]),
            ],
            queues: vec![queue("complaints"), queue("everybody")],
            default_queue: QueueId(1),
            calendars: Vec::new(),
            scripts: Vec::new(),
            signals: Vec::new(),
            edges: Vec::new(),
            templates: vec![
                template("hello", &[("zh", "你好"), ("en", "Hello")]),
                template("bye", &[("zh", "再见"), ("en", "Bye")]),
                named_template(),
            ],
            rules: Vec::new(),
            outreach: Vec::new(),
            marketing_cap: None,
            tests: Vec::new(),
            default_language: "zh".into(),
            events: Vec::new(),
            timezone: "Asia/Shanghai".into(),
        })
    }

    /// Adds a rule that reacts to messages. Rules get the names `m.a`, `m.b` … in this order.
    pub(crate) fn rule(mut self, rank: u32, guard: Guard, effects: Vec<Effect>) -> Self {
        let letter = char::from(b'a' + u8::try_from(self.0.rules.len()).unwrap());
        let effects = effects.into_iter().map(unlimited).collect();
        self.0.rules.push(Rule {
            name: format!("m.{letter}").into(),
            rank: RankId(rank),
            triggers: vec![Trigger::Message],
            edges: Vec::new(),
            during: Vec::new(),
            guard,
            effects,
            span: span(),
        });
        self
    }

    /// Limits one effect of the last rule.
    pub(crate) fn limited(mut self, effect: usize, limit: Limit) -> Self {
        self.0.rules.last_mut().unwrap().effects[effect].limit = Some(limit);
        self
    }

    /// Adds a keyword list without a name.
    pub(crate) fn words(&mut self, keywords: &[&str], except: &[&str]) -> ListId {
        self.0.keyword_lists.push(KeywordList {
            name: None,
            except_when_negated: false,
            keywords: keywords.iter().map(|word| Arc::from(*word)).collect(),
            except: except.iter().map(|word| Arc::from(*word)).collect(),
            folding: Folding::DEFAULT,
            boundary: Boundary::Automatic,
        });
        ListId(u32::try_from(self.0.keyword_lists.len() - 1).unwrap())
    }

    pub(crate) fn has_any(&mut self, keywords: &[&str]) -> Guard {
        let list = self.words(keywords, &[]);
        Guard::When(atom(Predicate::HasAny { field: TEXT, list }))
    }

    /// Decides with both evaluators, which must agree.
    pub(crate) fn decide(&self, facts: &Facts, ledger: &Ledger, now: Timestamp) -> Decision {
        let inputs = Inputs {
            trigger: &Trigger::Message,
            facts,
            ledger,
            now,
        };
        self.decide_inputs(inputs, &[])
    }

    fn decide_inputs(&self, inputs: Inputs<'_>, disabled: &[&str]) -> Decision {
        let bundle = Arc::new(self.0.clone());
        let disabled = DisabledRules::named(&bundle, disabled);
        let reference = Reference::new(bundle.clone()).unwrap();
        let decision = reference.decide_without(inputs, &disabled);
        let engine = Engine::compile(bundle).unwrap();
        assert_eq!(engine.decide_without(inputs, &disabled), decision);
        decision
    }

    pub(crate) fn decide_text_without(&self, text: &str, disabled: &[&str]) -> Decision {
        let inputs = Inputs {
            trigger: &Trigger::Message,
            facts: &facts(text),
            ledger: &Ledger::default(),
            now: noon(),
        };
        self.decide_inputs(inputs, disabled)
    }

    pub(crate) fn decide_text(&self, text: &str) -> Decision {
        self.decide(&facts(text), &Ledger::default(), noon())
    }
}

fn template(name: &str, bodies: &[(&str, &str)]) -> Template {
    Template {
        name: name.into(),
        parameters: Vec::new(),
        bodies: bodies
            .iter()
            .map(|(language, text)| TemplateBody {
                language: (*language).into(),
                pieces: vec![TemplatePiece::Text((*text).into())],
            })
            .collect(),
    }
}

/// `zh "{name}您好"`, `en "Hi {name, |there}"`.
fn named_template() -> Template {
    let body = |language: &str, pieces| TemplateBody {
        language: language.into(),
        pieces,
    };
    let name = |fallback: Option<&str>| TemplatePiece::Placeholder {
        parameter: 0,
        fallback: fallback.map(Arc::from),
    };
    Template {
        name: "named".into(),
        parameters: vec![Parameter {
            name: "name".into(),
            value_type: Type::Text,
        }],
        bodies: vec![
            body("zh", vec![name(None), TemplatePiece::Text("您好".into())]),
            body(
                "en",
                vec![TemplatePiece::Text("Hi ".into()), name(Some("there"))],
            ),
        ],
    }
}

fn unlimited(effect: Effect) -> LimitedEffect {
    LimitedEffect {
        effect,
        limit: None,
        span: span(),
    }
}

pub(crate) fn span() -> Span {
    Span {
        file: FileId(0),
        start: 0,
        end: 0,
    }
}

pub(crate) fn atom(predicate: Predicate) -> Condition {
    Condition::Atom(Atom {
        predicate,
        span: span(),
    })
}

pub(crate) fn reply(template: u32) -> Effect {
    let arguments = if template == 2 {
        vec![Operand::Field {
            field: NAME,
            default: None,
        }]
    } else {
        Vec::new()
    };
    Effect::Reply {
        template: TemplateId(template),
        arguments,
    }
}

pub(crate) fn hand_over(queue: u32) -> Effect {
    Effect::HandOver {
        queue: QueueId(queue),
        note: None,
    }
}

pub(crate) fn tag(tag: &str, lifetime: Option<u64>) -> Effect {
    Effect::Tag {
        scope: Scope::Episode,
        tag: tag.into(),
        lifetime: lifetime.map(Duration::from_secs),
    }
}

pub(crate) fn facts(text: &str) -> Facts {
    let mut facts = Facts::default();
    facts.set("text", Value::Text(text.into()));
    facts
}

/// 2026-01-05 12:00 in Shanghai.
pub(crate) fn noon() -> Timestamp {
    "2026-01-05T04:00:00Z".parse().unwrap()
}
