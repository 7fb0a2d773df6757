//! 10,000 keyword rules: the indexed evaluator against the straight one on the same messages in the same run, and the time to
//! compile. Read the ratio of the medians; single figures depend on the machine.
//!
//! Messages are 40 to 60 Han characters; one in two has a keyword, so that rules do fire and replies are rendered.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark; what is wrong shall be seen"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use signalbox_dsl::bundle::*;
use signalbox_dsl::value::{Type, Value};
use signalbox_dsl::{FileId, Span};
use signalbox_rules::{Engine, Facts, Inputs, Ledger, Reference};

const RULES: u32 = 10_000;
const MESSAGES: usize = 256;
const TIERS: [&str; 4] = ["normal", "gold", "vip", "other"];

fn benchmark(criterion: &mut Criterion) {
    let bundle = Arc::new(bundle());
    let reference = Reference::new(bundle.clone()).unwrap();
    let engine = Engine::compile(bundle.clone()).unwrap();
    let messages = messages();
    let ledger = Ledger::default();
    let inputs = |facts| Inputs {
        trigger: &Trigger::Message,
        facts,
        ledger: &ledger,
        now: Timestamp::UNIX_EPOCH,
    };
    for facts in &messages {
        assert_eq!(
            engine.decide(inputs(facts)),
            reference.decide(inputs(facts))
        );
    }
    let mut group = criterion.benchmark_group("10,000 keyword rules, one message");
    let mut next = messages.iter().cycle();
    group.bench_function("indexed", |bencher| {
        bencher.iter(|| black_box(engine.decide(inputs(next.next().unwrap()))));
    });
    group.bench_function("straight", |bencher| {
        bencher.iter(|| black_box(reference.decide(inputs(next.next().unwrap()))));
    });
    group.finish();
    let mut group = criterion.benchmark_group("10,000 keyword rules, load");
    group.sample_size(10);
    group.bench_function("compile", |bencher| {
        bencher.iter(|| Engine::compile(black_box(bundle.clone())).unwrap());
    });
    group.finish();
}

/// Two keywords a rule, every third rule also asks for a tier, every fourth excludes a common word.
fn bundle() -> Bundle {
    let mut random = Random(7);
    let mut keyword_lists = vec![list(vec!["谢谢".into(), "好的".into()])];
    let mut rules = Vec::new();
    for number in 0..RULES {
        keyword_lists.push(list(vec![keyword(number), random.han(3).into()]));
        let has = |list| Predicate::HasAny {
            field: FieldId(0),
            list: ListId(list),
        };
        let mut parts = vec![atom(has(number + 1))];
        if number % 3 == 0 {
            parts.push(atom(Predicate::Compare {
                left: Operand::Field {
                    field: FieldId(1),
                    default: None,
                },
                comparison: Comparison::Equal,
                right: Operand::Constant(Value::Member(TIERS[random.below(4)].into())),
            }));
        }
        if number % 4 == 0 {
            parts.push(Condition::Not(Box::new(atom(has(0)))));
        }
        rules.push(Rule {
            name: format!("bench.r{number:05}").into(),
            rank: RankId(0),
            triggers: vec![Trigger::Message],
            edges: Vec::new(),
            during: Vec::new(),
            guard: Guard::When(Condition::All(parts)),
            effects: vec![LimitedEffect {
                effect: Effect::Reply {
                    template: TemplateId(0),
                    arguments: Vec::new(),
                },
                limit: None,
                span: span(),
            }],
            span: span(),
        });
    }
    let field = |path: &str, value_type| Field {
        path: path.into(),
        value_type,
        optional: true,
        description: "".into(),
    };
    Bundle {
        hash: BundleHash([0; 32]),
        fields: vec![
            field("text", Type::Text),
            field("customer.tier", Type::Enum("tier".into())),
        ],
        enums: vec![EnumType {
            name: "tier".into(),
            members: TIERS.iter().map(|it| Arc::from(*it)).collect(),
        }],
        keyword_lists,
        ranks: vec![Rank {
            name: "all".into(),
            ties: vec![TieBreak::LongestKeyword, TieBreak::FirstMentioned],
        }],
        queues: vec![Queue {
            name: "people".into(),
            title: "People".into(),
            hours: None,
            overflow: None,
            closed_reply: None,
        }],
        default_queue: QueueId(0),
        calendars: Vec::new(),
        scripts: Vec::new(),
        signals: Vec::new(),
        edges: Vec::new(),
        templates: vec![Template {
            name: "hello".into(),
            parameters: Vec::new(),
            bodies: vec![TemplateBody {
                language: "zh".into(),
                pieces: vec![TemplatePiece::Text("您好".into())],
            }],
        }],
        rules,
        outreach: Vec::new(),
        marketing_cap: None,
        tests: Vec::new(),
        default_language: "zh".into(),
        events: Vec::new(),
        timezone: "Asia/Shanghai".into(),
    }
}

fn messages() -> Vec<Facts> {
    let mut random = Random(42);
    (0..MESSAGES)
        .map(|number| {
            let length = 40 + random.below(21);
            let mut text = random.han(length);
            if number % 2 == 0 {
                let rule = u32::try_from(random.below(RULES as usize)).unwrap();
                text.push_str(&keyword(rule));
            }
            let mut facts = Facts::default();
            facts.set("text", Value::Text(text.into()));
            facts.set(
                "customer.tier",
                Value::Member(TIERS[random.below(4)].into()),
            );
            facts
        })
        .collect()
}

/// Four Han characters, another one for each rule.
fn keyword(rule: u32) -> Arc<str> {
    Random(u64::from(rule) + 1_000).han(4).into()
}

fn list(keywords: Vec<Arc<str>>) -> KeywordList {
    KeywordList {
        name: None,
        except_when_negated: false,
        keywords,
        except: Vec::new(),
        folding: Folding::DEFAULT,
        boundary: Boundary::Automatic,
    }
}

fn atom(predicate: Predicate) -> Condition {
    Condition::Atom(Atom {
        predicate,
        span: span(),
    })
}

fn span() -> Span {
    Span {
        file: FileId(0),
        start: 0,
        end: 0,
    }
}

/// SplitMix64: the same bundle and messages in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// So many of the thousand characters from U+4E00 on.
    fn han(&mut self, characters: usize) -> String {
        (0..characters)
            .map(|_| char::from_u32(0x4E00 + u32::try_from(self.below(1_000)).unwrap()).unwrap())
            .collect()
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .sample_size(30);
    targets = benchmark
}
criterion_main!(benches);
