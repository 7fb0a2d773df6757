//! Every order in which what customers, rules and agents do can reach the two sides, tried one by one: when all news have
//! arrived, desk and customer agree, and nobody's wish is undone by older news.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use signalbox_adapters::{Address, Channel, Content, Profile};
use signalbox_dsl::bundle::{Priority, Trigger};
use signalbox_dsl::value::Value;
use signalbox_rules::{Action, ConversationState, DecidedEffect, Decision, Facts, Inputs};
use signalbox_sealed::DeploymentKey;
use signalbox_store::{MessageId, Offset, PartitionId, ThreadId};

use super::{Agent, AnswerResult, Desk, DeskEvent, DeskFigures, Presence, RequestId, Wish};
use crate::customer::Customer;
use crate::directory::Directory;
use crate::event::{Event, Said, Shown, Speaker};
use crate::mailbox::Arrived;
use crate::observer::Deaf;
use crate::rules::Rules;
use crate::settings::RouterSettings;
use crate::step::{Step, StepContext, step};

const ANN: ThreadId = ThreadId([1; 16]);
/// The user that Ann logs in as.
const USER: ThreadId = ThreadId([2; 16]);

/// `human QUEUE` hands over, `urgent` is urgent.
struct Told;

impl Rules for Told {
    fn bundle(&self) -> &str {
        "told"
    }

    fn default_queue(&self) -> Arc<str> {
        "everybody".into()
    }

    fn default_language(&self) -> Arc<str> {
        "en".into()
    }

    fn decide(&self, inputs: Inputs<'_>) -> Decision {
        let text = match (inputs.trigger, inputs.facts.get("text")) {
            (Trigger::Message, Some(Value::Text(text))) => text,
            _ => return Decision::default(),
        };
        let action = match text.strip_prefix("human ") {
            Some(queue) => Action::HandOver {
                queue: queue.into(),
                note: None,
            },
            None => Action::SetPriority {
                priority: Priority::Urgent,
            },
        };
        Decision {
            effects: vec![DecidedEffect {
                rule: "told".into(),
                action,
                ledger_use: None,
            }],
            ..Decision::default()
        }
    }

    fn read_facts(&self, facts: &Facts) -> Facts {
        facts.clone()
    }
}

/// What somebody does next.
#[derive(Debug, Clone)]
enum Act {
    Says(&'static str),
    Wants(&'static str, ThreadId, Wish),
    /// Nothing was heard of any agent for long.
    AgentsAreGone,
    LogsIn,
}

/// Both sides, and what is on its way between them.
#[derive(Clone)]
struct World {
    customers: BTreeMap<ThreadId, Customer>,
    desk: Desk,
    presence: Presence,
    /// Each way keeps its order; of two ways either may be quicker.
    ways: BTreeMap<(ThreadId, ThreadId), VecDeque<Event>>,
    /// What each person does, in order.
    scripts: Vec<VecDeque<Act>>,
    /// Wishes that were granted: which, of which hand-over.
    granted: Vec<(Wish, u64)>,
}

struct Fixture {
    directory: Directory,
    settings: RouterSettings,
}

impl Fixture {
    fn new() -> Self {
        let key = Arc::new(DeploymentKey::from_bytes(&[7; 32]));
        Self {
            directory: Directory::new(key, 4),
            settings: RouterSettings {
                gather: std::time::Duration::ZERO,
                ..RouterSettings::default()
            },
        }
    }

    /// Every state in which nothing happens any more, however the scripts interleave with each other and with the news.
    fn ends(&self, scripts: &[&[Act]]) -> Vec<World> {
        let mut open = vec![World {
            customers: BTreeMap::new(),
            desk: Desk::default(),
            presence: Presence::new(noon()),
            ways: BTreeMap::new(),
            scripts: scripts
                .iter()
                .map(|it| it.iter().cloned().collect())
                .collect(),
            granted: Vec::new(),
        }];
        let (mut seen, mut ends) = (HashSet::new(), Vec::new());
        while let Some(world) = open.pop() {
            if !seen.insert(world.shape()) {
                continue;
            }
            let next = self.next(&world);
            if next.is_empty() {
                ends.push(world);
            }
            open.extend(next);
        }
        assert!(ends.len() > 1, "they race");
        ends
    }

    fn next(&self, world: &World) -> Vec<World> {
        let mut next = Vec::new();
        for script in 0..world.scripts.len() {
            let mut then = world.clone();
            if let Some(act) = then.scripts[script].pop_front() {
                self.act(&mut then, act);
                next.push(then);
            }
        }
        for way in world.ways.keys() {
            let mut then = world.clone();
            let line = then.ways.get_mut(way).unwrap();
            let event = line.pop_front().unwrap();
            if line.is_empty() {
                then.ways.remove(way);
            }
            self.arrives(&mut then, way.1, event, noon());
            next.push(then);
        }
        next
    }

    fn act(&self, world: &mut World, act: Act) {
        match act {
            Act::Says(text) => {
                // Who has logged in is the user from then on.
                let has_logged_in = world.customers.get(&ANN).and_then(|ann| ann.goes_on_in);
                let to = has_logged_in.unwrap_or(ANN);
                self.arrives(world, to, said(text), noon());
            }
            Act::Wants(who, thread, wish) => {
                let handoff = world.desk.case(thread).map(|case| case.handoff);
                let request = RequestId(uuid::Uuid::from_u128(world.desk.answers.len() as u128));
                let event = DeskEvent::Wished {
                    agent: agent(who),
                    thread,
                    wish: wish.clone(),
                    request,
                };
                self.arrives(world, self.directory.desk(), Event::AtDesk(event), noon());
                if world.desk.answer(request) == Some(&AnswerResult::Done) {
                    world.granted.push((wish, handoff.unwrap()));
                }
            }
            Act::AgentsAreGone => {
                let event = Event::AtDesk(DeskEvent::LookForAgents);
                let later = noon() + SignedDuration::from_hours(1);
                self.arrives(world, self.directory.desk(), event, later);
            }
            Act::LogsIn => self.arrives(world, ANN, Event::GoesOn { thread: USER }, noon()),
        }
    }

    fn arrives(&self, world: &mut World, to: ThreadId, event: Event, at: Timestamp) {
        let is_desk = to == self.directory.desk();
        let partition = if is_desk {
            PartitionId::desk()
        } else {
            PartitionId::customer(u16::from(to.0[0]))
        };
        let context = StepContext {
            partition,
            rules: &Told,
            directory: &self.directory,
            settings: &self.settings,
            observer: &Deaf,
            desk: &DeskFigures::default(),
            is_pushed: &|_| false,
        };
        let arrived = Arrived {
            offset: Offset(1),
            thread: to,
            message_id: MessageId(uuid::Uuid::nil()),
            accepted_at: at,
            event,
        };
        let Step { forwards, .. } = if is_desk {
            super::step(&mut world.desk, &mut world.presence, &arrived, &context)
        } else {
            let customer = world.customers.entry(to).or_default();
            step(customer, &arrived, noon(), &context)
        };
        for forward in forwards {
            let way = world.ways.entry((to, forward.to)).or_default();
            way.push_back(forward.event);
        }
    }
}

impl World {
    fn shape(&self) -> String {
        let Self {
            customers,
            desk,
            ways,
            scripts,
            granted,
            presence: _,
        } = self;
        format!("{customers:?} {desk:?} {ways:?} {scripts:?} {granted:?}")
    }

    fn agrees(&self) {
        for (thread, customer) in &self.customers {
            let case = self.desk.case(*thread);
            if customer.goes_on_in.is_some() {
                assert_eq!(case, None, "nobody is at the visitor's thread any more");
                continue;
            }
            let is_with_people = customer.conversation.state != ConversationState::Bot;
            assert_eq!(
                case.is_some(),
                is_with_people,
                "{customer:#?} {:#?}",
                self.desk
            );
            let Some(case) = case else {
                continue;
            };
            let held = case.held.as_ref().map(|held| &held.agent);
            assert_eq!(held, customer.desk.agent.as_ref());
            let is_assigned = customer.conversation.state == ConversationState::Assigned;
            assert_eq!(held.is_some(), is_assigned);
            assert_eq!(Some(&case.queue), customer.conversation.queue.as_ref());
            let priority = customer.conversation.priority;
            assert_eq!(case.priority, priority.unwrap_or(Priority::Normal));
            assert_eq!(case.handoff, customer.desk.handoff);
        }
        let threads: Vec<_> = self.desk.cases.iter().map(|case| case.thread).collect();
        assert!(
            threads
                .iter()
                .all(|thread| self.customers.contains_key(thread)),
            "somebody stands behind each: {threads:?}"
        );
    }

    fn was_granted(&self, wish: &Wish) -> Option<u64> {
        let mut granted = self.granted.iter();
        granted
            .find(|(it, _)| it == wish)
            .map(|(_, handoff)| *handoff)
    }
}

fn noon() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn agent(name: &str) -> Agent {
    Agent {
        id: name.into(),
        name: name.into(),
    }
}

fn said(text: &str) -> Event {
    Event::Said(Said {
        shown: Shown::Message {
            from: Speaker::Customer,
            name: None,
            cid: None,
            in_reply_to: None,
            content: Content::Text { text: text.into() },
        },
        address: Address {
            channel: Channel::Webchat,
            account: "hello".into(),
            external_id: "ann".into(),
        },
        profile: Profile::default(),
        traceparent: None,
    })
}

fn to_experts() -> Wish {
    Wish::Transfer {
        queue: "experts".into(),
    }
}

const TAKES: Act = Act::Wants("lin", ANN, Wish::Take);

#[test]
fn what_agents_end_stays_ended_whatever_rules_change_meanwhile() {
    for wish in [Wish::Close, Wish::GiveBack] {
        let ends = Fixture::new().ends(&[
            &[Act::Says("human sales"), Act::Says("urgent")],
            &[TAKES, Act::Wants("lin", ANN, wish.clone())],
        ]);
        for world in &ends {
            world.agrees();
            assert_eq!(
                world.was_granted(&wish).is_some(),
                world.desk.cases.is_empty(),
                "it ends if the agent was told that it has ended"
            );
        }
        assert!(ends.iter().any(|world| world.desk.cases.is_empty()));
    }
}

#[test]
fn a_hand_over_that_the_agent_did_not_know_of_is_not_ended_with_the_one_before() {
    for wish in [Wish::Close, Wish::GiveBack] {
        let ends = Fixture::new().ends(&[
            &[Act::Says("human sales"), Act::Says("human legal")],
            &[TAKES, Act::Wants("lin", ANN, wish.clone())],
        ]);
        for world in &ends {
            world.agrees();
            let last = world.customers.get(&ANN).unwrap().desk.handoff;
            assert_eq!(
                world.desk.cases.is_empty(),
                world.was_granted(&wish) == Some(last)
            );
            let case = world.desk.case(ANN);
            assert!(case.is_none_or(|case| &*case.queue == "legal"));
        }
    }
}

#[test]
fn a_transfer_is_undone_by_no_older_news() {
    for news in ["urgent", "human sales"] {
        let ends = Fixture::new().ends(&[
            &[Act::Says("human sales"), Act::Says(news)],
            &[TAKES, Act::Wants("lin", ANN, to_experts())],
        ]);
        let mut transferred = 0;
        for world in &ends {
            world.agrees();
            let granted = world.was_granted(&to_experts());
            if granted.is_some() && news == "urgent" {
                assert_eq!(&*world.desk.case(ANN).unwrap().queue, "experts");
                transferred += 1;
            }
        }
        assert!(news != "urgent" || transferred > 0);
    }
}

#[test]
fn who_waits_for_another_reason_is_with_the_agent_who_took_them_before() {
    let ends = Fixture::new().ends(&[
        &[Act::Says("human sales"), Act::Says("human legal")],
        &[TAKES],
    ]);
    let mut taken_before = 0;
    for world in &ends {
        world.agrees();
        let held = world.desk.case(ANN).unwrap().held.is_some();
        taken_before += usize::from(held && world.was_granted(&Wish::Take) == Some(1));
    }
    assert!(taken_before > 0);
}

#[test]
fn agents_who_are_gone_take_no_hand_over_along() {
    let ends = Fixture::new().ends(&[
        &[
            Act::Says("human sales"),
            Act::Says("urgent"),
            Act::Says("human legal"),
        ],
        &[TAKES, Act::Wants("lin", ANN, to_experts())],
        &[Act::AgentsAreGone],
    ]);
    for world in &ends {
        world.agrees();
        assert_eq!(world.desk.cases.len(), 1);
    }
}

#[test]
fn a_login_leaves_nobody_behind() {
    for wish in [Wish::Close, Wish::GiveBack, to_experts()] {
        let ends = Fixture::new().ends(&[
            &[
                Act::Says("human sales"),
                Act::LogsIn,
                Act::Says("human legal"),
            ],
            &[TAKES, Act::Wants("lin", ANN, wish)],
        ]);
        for world in &ends {
            world.agrees();
            assert_eq!(world.desk.cases.len(), 1, "the user wanted a person");
        }
    }
}
