//! Random bundles and messages that have something to do with each other: few words, few values, much overlap.

#![expect(
    clippy::unwrap_used,
    reason = "constants of a test; a wrong one shall be seen"
)]

mod conditions;
mod effects;
mod outreach;

use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use signalbox_dsl::bundle::*;
use signalbox_dsl::folding::fold;
use signalbox_dsl::value::{Currency, Type, Value};
use signalbox_dsl::{FileId, Span};
use signalbox_rules::{Facts, Ledger, LedgerUse, ledger_key};

/// Pieces of keywords and messages. Simplified and traditional, both widths, both cases, a composed and a decomposed letter, one
/// that is dropped, spaces.
const PIECES: [&str; 22] = [
    "退", "款", "退款", "不", "投诉", "诉", "投", "後", "后", "a", "A", "ab", "b", "Ａ", "1", "１",
    "12", "é", "e\u{301}", " ", "\u{200b}", "，",
];
pub(crate) const LISTS: u32 = 4;
const RULES: usize = 10;
pub(crate) const QUEUES: u32 = 2;

/// One message or event with all that a decision depends on.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) trigger: Trigger,
    pub(crate) facts: Facts,
    pub(crate) ledger: Ledger,
    pub(crate) now: Timestamp,
}

/// Paths, types and possible values of the fields.
pub(crate) fn fields() -> Vec<(&'static str, Type, Vec<Value>)> {
    let text = |texts: &[&str]| texts.iter().map(|it| Value::Text((*it).into())).collect();
    let member = |names: &[&str]| names.iter().map(|it| Value::Member((*it).into())).collect();
    let percent = |n: i64| Value::Percent(n.into());
    let money = |code: &str, n: i64| Value::Money {
        currency: Currency::from_code(code).unwrap(),
        amount: n.into(),
    };
    let number = |it: &str| Value::Number(it.parse().unwrap());
    let clock = |hour| Value::TimeOfDay(jiff::civil::time(hour, 30, 0, 0));
    let day = |day| Value::Date(jiff::civil::date(2026, 1, day));
    let list =
        |texts: &[&str]| Value::List(texts.iter().map(|it| Value::Text((*it).into())).collect());
    vec![
        // The values of the two texts are written in `message`; these are for comparisons.
        ("text", Type::Text, text(&["退款", "a"])),
        ("page.title", Type::Text, text(&["退款", "A"])),
        (
            "customer.tier",
            Type::Enum("tier".into()),
            member(&["normal", "vip", "other"]),
        ),
        (
            "customer.vip",
            Type::Bool,
            vec![Value::Bool(true), Value::Bool(false)],
        ),
        (
            "message.anger",
            Type::Percent,
            vec![percent(0), percent(30), percent(70), percent(100)],
        ),
        (
            "customer.spend",
            Type::Money,
            vec![money("CNY", 10), money("CNY", 20), money("JPY", 10)],
        ),
        (
            "customer.orders",
            Type::Int,
            vec![number("0"), number("1.0"), number("3")],
        ),
        (
            "order.weight",
            Type::Decimal,
            vec![number("0.5"), number("1.50"), number("1.5")],
        ),
        (
            "queue.wait",
            Type::Duration,
            [0, 60, 600]
                .map(|s| Value::Duration(std::time::Duration::from_secs(s)))
                .to_vec(),
        ),
        (
            "now",
            Type::Timestamp,
            moments().into_iter().map(Value::Timestamp).collect(),
        ),
        (
            "order.placed",
            Type::Timestamp,
            moments().into_iter().map(Value::Timestamp).collect(),
        ),
        ("customer.born", Type::Date, vec![day(4), day(5), day(6)]),
        (
            "shop.opens",
            Type::TimeOfDay,
            vec![clock(8), clock(12), clock(22)],
        ),
        (
            "language",
            Type::Language,
            ["zh", "en", "zh-Hant"]
                .map(|it| Value::Language(it.into()))
                .to_vec(),
        ),
        (
            "customer.tags",
            Type::List(Box::new(Type::Text)),
            vec![list(&[]), list(&["x"]), list(&["x", "y"])],
        ),
        (
            "conversation.state",
            Type::Enum("state".into()),
            member(&["bot", "bot", "queued", "assigned"]),
        ),
        (
            "attachment.kinds",
            Type::List(Box::new(Type::Text)),
            vec![list(&["image"]), list(&["file", "image"]), list(&["file"])],
        ),
        ("customer.name", Type::Text, text(&["李雷"])),
    ]
}

/// Around midnight in Shanghai, and noon.
fn moments() -> Vec<Timestamp> {
    [
        "2026-01-04T15:59:00Z",
        "2026-01-04T16:00:00Z",
        "2026-01-05T04:00:00Z",
        "2026-01-05T14:31:00Z",
    ]
    .map(|it| it.parse().unwrap())
    .to_vec()
}

pub(crate) fn field_named(path: &str) -> FieldId {
    let place = fields().iter().position(|(known, ..)| *known == path);
    FieldId(u32::try_from(place.unwrap()).unwrap())
}

pub(crate) fn words(pieces: std::ops::Range<usize>) -> impl Strategy<Value = Arc<str>> {
    prop::collection::vec(piece(), pieces).prop_map(|pieces| pieces.concat().into())
}

/// Mostly one of a few, so that what rules look for does come up.
fn piece() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        3 => select(vec!["退", "款", "不", "a", "b"]),
        1 => select(&PIECES[..]),
    ]
}

pub(crate) fn bundle() -> impl Strategy<Value = Bundle> {
    let lists = prop::collection::vec(keyword_list(), LISTS as usize);
    let ranks = prop::collection::vec(ties(), 3);
    let rules = prop::collection::vec(rule(), 1..RULES);
    let counted = prop::option::weighted(0.8, conditions::condition());
    let all = (lists, ranks, rules, counted, outreach::all());
    all.prop_map(|(keyword_lists, ranks, mut rules, counted, outreach)| {
        for (place, rule) in rules.iter_mut().enumerate() {
            rule.name = format!("m.r{place}").into();
        }
        let field = |(path, value_type, _): (&str, Type, Vec<Value>)| Field {
            path: path.into(),
            value_type,
            optional: true,
            description: "".into(),
        };
        Bundle {
            hash: BundleHash([0; 32]),
            fields: fields().into_iter().map(field).collect(),
            enums: vec![
                enum_type("tier", &["normal", "vip", "other"]),
                enum_type("state", &["bot", "queued", "assigned", "other"]),
            ],
            keyword_lists,
            ranks: ranks
                .into_iter()
                .map(|ties| Rank {
                    name: "r".into(),
                    ties,
                })
                .collect(),
            queues: (0..QUEUES).map(queue).collect(),
            default_queue: QueueId(1),
            calendars: calendars(),
            scripts: Vec::new(),
            signals: signals(counted),
            edges: edges(),
            templates: effects::templates(),
            rules,
            outreach,
            marketing_cap: Some(outreach::limited(1)),
            tests: Vec::new(),
            default_language: "zh".into(),
            events: Vec::new(),
            timezone: "Asia/Shanghai".into(),
        }
    })
}

fn queue(number: u32) -> Queue {
    let name: Arc<str> = format!("q{number}").into();
    // The first queues are closed at times, one of them overflows, one says so.
    Queue {
        name: name.clone(),
        title: name,
        hours: (number < 2).then_some(CalendarId(number)),
        overflow: (number == 0).then_some(QueueId(QUEUES - 1)),
        closed_reply: (number == 1).then(|| ClosedReply {
            template: TemplateId(0),
            arguments: Vec::new(),
        }),
    }
}

/// Of messages under a random condition, and of the event.
fn signals(counted: Option<Condition>) -> Vec<Signal> {
    let signal = |name: &str, trigger, condition| Signal {
        name: name.into(),
        trigger,
        condition,
    };
    vec![
        signal("m.s0", Trigger::Message, counted),
        signal("m.s1", event(), None),
    ]
}

fn edges() -> Vec<Edge> {
    let edge = |signal, times, window, scope| {
        Edge::Reaching(Reaching {
            signal: SignalId(signal),
            count: Limit {
                times,
                window,
                scope,
            },
        })
    };
    let hours = |hours: u64| LimitWindow::Sliding(std::time::Duration::from_secs(hours * 3600));
    vec![
        edge(0, 1, hours(1), Scope::Customer),
        edge(0, 2, LimitWindow::Today, Scope::Customer),
        edge(0, 2, hours(24), Scope::Episode),
        edge(1, 2, hours(13), Scope::Customer),
        rising(),
        Edge::Attached(AttachmentKind::Image),
    ]
}

/// Not kept by a conversation, which is all the same to the evaluators.
fn rising() -> Edge {
    Edge::Rising(Rising {
        field: field_named(RISING),
        above: percentage(30),
    })
}

fn percentage(number: u32) -> Value {
    Value::Percent(number.into())
}

/// The number that rises.
const RISING: &str = "message.anger";

/// One that opens between the moments, one that goes past midnight, one with both kinds of odd days.
fn calendars() -> Vec<Calendar> {
    use jiff::civil::{Weekday::*, date, time};
    let calendar = |from, to, days: &[jiff::civil::Weekday]| Calendar {
        name: "c".into(),
        zone: "Asia/Shanghai".into(),
        spans: vec![OpenSpan {
            days: days.to_vec(),
            from: time(from, 0, 0, 0),
            to: time(to, 0, 0, 0),
        }],
        holidays: Default::default(),
        make_up_days: Default::default(),
        make_up_as: None,
    };
    let mut odd = calendar(9, 18, &[Monday]);
    odd.holidays.insert(date(2026, 1, 5));
    odd.make_up_days.insert(date(2026, 1, 4));
    odd.make_up_as = Some(Monday);
    vec![calendar(9, 18, &[Monday]), calendar(20, 2, &[Sunday]), odd]
}

fn enum_type(name: &str, members: &[&str]) -> EnumType {
    EnumType {
        name: name.into(),
        members: members.iter().map(|it| Arc::from(*it)).collect(),
    }
}

fn ties() -> impl Strategy<Value = Vec<TieBreak>> {
    subsequence(
        vec![TieBreak::LongestKeyword, TieBreak::FirstMentioned],
        0..=2,
    )
    .prop_shuffle()
}

fn keyword_list() -> impl Strategy<Value = KeywordList> {
    let foldings = select(vec![
        Folding::DEFAULT,
        Folding {
            variant: true,
            ..Folding::DEFAULT
        },
        Folding {
            width: false,
            case: false,
            variant: false,
        },
    ]);
    let keywords = prop::collection::vec(words(1..4), 1..5);
    // A keyword with something before and behind it, possibly nothing.
    let around = (words(0..2), 0..5_usize, words(0..2));
    let except = prop::collection::vec(around, 0..3);
    let boundary = select(vec![Boundary::Automatic, Boundary::Substring]);
    (keywords, except, any::<bool>(), foldings, boundary).prop_map(
        |(mut keywords, except, except_when_negated, folding, boundary)| {
            let mut known = Vec::new();
            keywords.retain(|keyword| {
                let folded = fold(keyword, folding).text().to_owned();
                let is_new = !folded.is_empty() && !known.contains(&folded);
                known.push(folded);
                is_new
            });
            if keywords.is_empty() {
                keywords.push("退款".into());
            }
            let except = except
                .into_iter()
                .map(|(before, keyword, behind)| {
                    let keyword = &keywords[keyword % keywords.len()];
                    format!("{before}{keyword}{behind}").into()
                })
                .collect();
            KeywordList {
                name: None,
                keywords,
                except,
                except_when_negated,
                folding,
                boundary,
            }
        },
    )
}

fn rule() -> impl Strategy<Value = Rule> {
    let triggers = prop_oneof![
        6 => Just(vec![Trigger::Message]),
        1 => Just(vec![event()]),
        1 => Just(vec![event(), Trigger::Message]),
    ];
    let guard = prop_oneof![
        8 => conditions::condition().prop_map(Guard::When),
        1 => Just(Guard::Always),
        1 => Just(Guard::Otherwise),
    ];
    let effects = prop::collection::vec(effects::limited_effect(), 1..4);
    let edges = prop_oneof![
        4 => Just(Vec::new()),
        2 => subsequence((0..6).map(EdgeId).collect::<Vec<_>>(), 1..=2),
    ];
    let during = prop_oneof![
        3 => Just(Vec::new()),
        1 => subsequence(vec![PeopleState::Queued, PeopleState::Assigned], 1..=2),
    ];
    (0..3_u32, triggers, edges, during, guard, effects).prop_map(
        |(rank, triggers, edges, during, guard, effects)| Rule {
            name: "".into(),
            rank: RankId(rank),
            // Some rules wait for counts alone.
            triggers: if edges.len() == 1 {
                Vec::new()
            } else {
                triggers
            },
            edges,
            during,
            guard,
            effects,
            span: span(),
        },
    )
}

fn event() -> Trigger {
    Trigger::Event("page.dwell".into())
}

pub(crate) fn span() -> Span {
    Span {
        file: FileId(0),
        start: 0,
        end: 0,
    }
}

pub(crate) fn message() -> impl Strategy<Value = Message> {
    let due = (0..outreach::OUTREACH).prop_map(|it| Trigger::Outreach(outreach::name(it).into()));
    let trigger = prop_oneof![
        8 => Just(Trigger::Message),
        1 => Just(Trigger::Attachment),
        2 => Just(event()),
        2 => due,
    ];
    let uses = prop::collection::vec(
        (0..RULES, 0..3_usize, any::<bool>(), select(moments())),
        0..24,
    );
    let counted = prop::collection::vec((0..2_usize, any::<bool>(), select(moments())), 0..4);
    let sent = prop::collection::vec((0..=outreach::OUTREACH, select(moments())), 0..3);
    let facts = (facts(), outreach::facts());
    (trigger, facts, uses, counted, sent, select(moments())).prop_map(
        |(trigger, (mut facts, of_outreach), uses, counted, sent, now)| {
            for (path, value) in of_outreach.iter() {
                facts.set(path, value.clone());
            }
            let mut ledger = Ledger::default();
            for (number, at) in sent {
                let key = match number {
                    outreach::OUTREACH => "marketing#cap".to_owned(),
                    number => format!("{}#outreach", outreach::name(number)),
                };
                let used = LedgerUse {
                    key: key.into(),
                    scope: Scope::Customer,
                    times: 2,
                };
                ledger.enter(&used, at);
            }
            for (signal, for_customer, at) in counted {
                let scope = if for_customer {
                    Scope::Customer
                } else {
                    Scope::Episode
                };
                let key = format!("signal m.s{signal}").into();
                ledger.enter(
                    &LedgerUse {
                        key,
                        scope,
                        times: 2,
                    },
                    at,
                );
            }
            for (rule, effect, for_customer, at) in uses {
                let scope = if for_customer {
                    Scope::Customer
                } else {
                    Scope::Episode
                };
                let used = LedgerUse {
                    key: ledger_key(&named(rule), effect).into(),
                    scope,
                    times: 1_000,
                };
                ledger.enter(&used, at);
            }
            Message {
                trigger,
                facts,
                ledger,
                now,
            }
        },
    )
}

fn named(rule: usize) -> Rule {
    Rule {
        name: format!("m.r{rule}").into(),
        rank: RankId(0),
        triggers: Vec::new(),
        edges: Vec::new(),
        during: Vec::new(),
        guard: Guard::Always,
        effects: Vec::new(),
        span: span(),
    }
}

/// Each field present three times in four; now and then with a value of another field's type.
fn facts() -> impl Strategy<Value = Facts> {
    let fields = fields();
    let strange = fields[2].2[0].clone();
    let values: Vec<_> = fields
        .iter()
        .map(|(path, _, values)| {
            let values = if matches!(*path, "text" | "page.title") {
                words(0..9).prop_map(Value::Text).boxed()
            } else {
                select(values.clone()).boxed()
            };
            prop_oneof![
                24 => values.prop_map(Some),
                8 => Just(None),
                1 => Just(Some(strange.clone())),
            ]
        })
        .collect();
    let before = prop::option::of(select(vec![percentage(0), percentage(30), percentage(70)]));
    (values, before).prop_map(move |(values, before)| {
        let mut facts = Facts::default();
        if let Some(before) = before {
            facts.set(format!("{RISING} before"), before);
        }
        for ((path, ..), value) in fields.iter().zip(values) {
            if let Some(value) = value {
                facts.set(*path, value);
            }
        }
        facts
    })
}
