//! The chat under way: its story, and what happened in it so far.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::{Value as Json, json};
use signalbox_dsl::bundle::{Bundle, EventType, FieldId};
use signalbox_dsl::nearest::nearest;
use signalbox_dsl::value::{Type, Value};
use signalbox_dsl::{Locale, SourceSet};
use signalbox_rules::conversation::path;
use signalbox_rules::explain::why;
use signalbox_rules::story::{Story, StoryTurn};
use signalbox_rules::{Decision, Facts, Reference};

use super::line::Line;
use super::saved;
use super::told::Telling;
use super::{moving, resolved};
use crate::cli::typed_fact;
use crate::words::{Words, words};

/// Past this a chat is begun anew: it is kept whole so that it can be saved.
const MOST_ACTS: usize = 10_000;

/// The answer to a line.
pub(super) struct Step {
    /// Lines of text.
    pub(super) text: String,
    /// For programs; null: nothing.
    pub(super) json: Json,
}

/// Something that happened, for the test that is made of it.
pub(super) struct Act {
    pub(super) at: Timestamp,
    pub(super) kind: ActKind,
}

pub(super) enum ActKind {
    Given(Arc<str>, Value),
    Said(Arc<str>, Decision),
    Happened(Arc<str>, Vec<(FieldId, Value)>, Decision),
    /// Outreach was due.
    Due(Decision),
    /// Something that tests have no words for: what the conversation knows behind it.
    Changed(Vec<(Arc<str>, Value)>),
}

/// What people do with a conversation.
#[derive(Clone, Copy)]
pub(super) enum PersonDoes {
    TakesOver,
    GivesBack,
    Closes,
}

pub(super) struct Session<'a> {
    reference: &'a Reference,
    sources: &'a SourceSet,
    zone: TimeZone,
    given: Vec<(Arc<str>, Value)>,
    story: Story<'a>,
    acts: Vec<Act>,
    /// How many of the story's due outreach have been told.
    told_due: usize,
    telling: Telling,
}

impl<'a> Session<'a> {
    /// # Errors
    /// The zone of the rules is not known here.
    pub(super) fn new(
        reference: &'a Reference,
        sources: &'a SourceSet,
        start: Timestamp,
        given: Vec<(Arc<str>, Value)>,
        locale: Locale,
    ) -> Result<Self, Words> {
        let name = &reference.bundle().timezone;
        let zone = TimeZone::get(name).map_err(|error| {
            words!(
                "the rules' time zone {name} is not known here: {error}",
                "这里没有规则所用的时区 {name}：{error}"
            )
        })?;
        let mut session = Self {
            story: Story::new(reference, start),
            telling: Telling::new(zone.clone(), locale),
            reference,
            sources,
            zone,
            given,
            acts: Vec::new(),
            told_due: 0,
        };
        session.begin(start);
        Ok(session)
    }

    fn begin(&mut self, start: Timestamp) {
        // Tests know whole minutes, and a chat is to become one.
        let start = start.to_zoned(self.zone.clone());
        let minute = start.with().second(0).subsec_nanosecond(0).build();
        let start = minute.unwrap_or(start).timestamp();
        self.story = Story::new(self.reference, start);
        self.acts.clear();
        self.told_due = 0;
        for (path, value) in self.given.clone() {
            self.give(path, value);
        }
    }

    pub(super) fn greeting(&self) -> Step {
        Step {
            text: self.telling.greeting(self.bundle().rules.len()),
            json: Json::Null,
        }
    }

    pub(super) fn prompt(&self) -> String {
        self.telling.prompt(&self.story)
    }

    /// # Errors
    /// It cannot be done; nothing happened.
    pub(super) fn perform(&mut self, line: Line) -> Result<Step, Words> {
        if self.acts.len() > MOST_ACTS {
            return Err(words!(
                "more than {MOST_ACTS} things happened in this chat; begin another with signalbox chat",
                "这次对话里发生的事已超过 {MOST_ACTS} 件；请重新运行 signalbox chat"
            ));
        }
        match line {
            Line::Nothing | Line::Quit => Ok(self.quiet(String::new())),
            Line::Says(text) => {
                let text: Arc<str> = text.into();
                self.story.says(&text, &[]);
                Ok(self.turn(|decision| ActKind::Said(text, decision)))
            }
            Line::Event { name, fields } => self.event(&name, &fields),
            Line::Clock(None) => Ok(self.quiet(self.telling.clock(self.story.now()))),
            Line::Clock(Some(written)) => self.clock(&written),
            Line::With(path, written) => {
                let (_, field) = typed_fact::field(&path, self.bundle())?;
                refuse_other_source(&path)?;
                let value = typed_fact::value(field, &written, self.bundle())?;
                Ok(self.give_and_tell(field.path.clone(), value))
            }
            Line::As(member) => self.act_as(&member),
            Line::Language(tag) => {
                let (_, field) = typed_fact::field(path::LANGUAGE, self.bundle())?;
                let value = typed_fact::value(field, &tag, self.bundle())?;
                Ok(self.give_and_tell(field.path.clone(), value))
            }
            Line::PersonTakesOver => Ok(self.person(PersonDoes::TakesOver)),
            Line::PersonGivesBack => Ok(self.person(PersonDoes::GivesBack)),
            Line::Close => Ok(self.person(PersonDoes::Closes)),
            Line::Why => {
                let turn = self.last()?;
                let mut why = why(self.reference, turn.inputs());
                why.explanation = why
                    .explanation
                    .with_heard(turn.heard(), turn.inputs().facts);
                Ok(self.step(why.text(self.telling.locale), json!(why)))
            }
            Line::WhyAll => {
                let explanation = self.last()?.explain(self.reference);
                let text = explanation.text(self.telling.locale);
                Ok(self.step(text, json!(explanation)))
            }
            Line::State => {
                let text = self.telling.state(&self.story);
                Ok(self.step(text, json!(self.story.conversation())))
            }
            Line::Save => {
                let text = saved::test(&self.acts, self.bundle(), self.sources, &self.telling)?;
                Ok(self.step(text.clone(), json!({ "test": text })))
            }
            Line::New => {
                self.begin(self.story.now());
                Ok(self.quiet(self.telling.new_customer()))
            }
            Line::Help => Ok(self.quiet(self.telling.help())),
            Line::Unknown(word) => Err(words!(
                "there is no command /{word}; /help lists them. Write //{word} if the customer says /{word}",
                "没有命令 /{word}；/help 列出全部。如果客户说的就是 /{word}，请写 //{word}"
            )),
            Line::Malformed(form) => Err(words!("write {form}", "请写成 {form}")),
        }
    }

    fn event(&mut self, name: &str, written: &[(String, String)]) -> Result<Step, Words> {
        let bundle = self.bundle();
        let events = || bundle.events.iter().map(|event| &*event.name);
        let Some(declared) = bundle.events.iter().find(|event| *event.name == *name) else {
            return Err(match nearest(name, events()) {
                Some(near) => words!(
                    "there is no event `{name}` in these rules; did you mean `{near}`?",
                    "这些规则里没有事件 `{name}`；是不是想写 `{near}`？"
                ),
                None => {
                    let names = events().collect::<Vec<_>>().join(", ");
                    words!(
                        "there is no event `{name}` in these rules; there are: {names}",
                        "这些规则里没有事件 `{name}`；有：{names}"
                    )
                }
            });
        };
        let fields = event_fields(declared, written, bundle)?;
        let name = declared.name.clone();
        self.story.event(&name, &fields);
        Ok(self.turn(|decision| ActKind::Happened(name, fields, decision)))
    }

    fn clock(&mut self, written: &str) -> Result<Step, Words> {
        let now = self.zoned(self.story.now());
        let to = moving::moved(&now, written)?.timestamp();
        if self.is_fresh() && to < self.story.now() {
            let given = std::mem::take(&mut self.acts);
            self.story = Story::new(self.reference, to);
            for act in given {
                if let ActKind::Given(path, value) = act.kind {
                    self.give(path, value);
                }
            }
        }
        if !self.story.move_to(to) {
            let clock = now.strftime("%Y-%m-%d %H:%M");
            return Err(words!(
                "the clock shows {clock} and cannot go back; /new begins with another customer",
                "时钟现在是 {clock}，不能倒退；/new 换一位客户重新开始"
            ));
        }
        let text = self.telling.clock(to);
        let (due, json) = self.due();
        Ok(Step {
            text: format!("{text}{due}"),
            json: json!({ "now": self.zoned(to).to_string(), "due": json }),
        })
    }

    /// The one enum of the customer that has this member.
    fn act_as(&mut self, member: &str) -> Result<Step, Words> {
        let bundle = self.bundle();
        let has_member = |value_type: &Type| match value_type {
            Type::Enum(name) => bundle
                .enums
                .iter()
                .any(|one| one.name == *name && one.members.iter().any(|known| **known == *member)),
            _ => false,
        };
        let of_customer = bundle
            .fields
            .iter()
            .filter(|field| field.path.starts_with("customer."));
        let fitting: Vec<_> = of_customer
            .filter(|field| has_member(&field.value_type))
            .map(|field| field.path.clone())
            .collect();
        match fitting.as_slice() {
            [path] => Ok(self.give_and_tell(path.clone(), Value::Member(member.into()))),
            [] => Err(words!(
                "no field of the customer can be `{member}`; write /with FIELD {member}",
                "客户的字段都不能是 `{member}`；请写 /with 字段 {member}"
            )),
            several => {
                let names = several.join(", ");
                Err(words!(
                    "several fields can be `{member}`: {names}; write /with FIELD {member}",
                    "有几个字段都可以是 `{member}`：{names}；请写 /with 字段 {member}"
                ))
            }
        }
    }

    fn give(&mut self, path: Arc<str>, value: Value) {
        self.story.give(&path, &value);
        let is_kept = matches!(&*path, path::LANGUAGE | path::STATE);
        self.note(match is_kept && !self.is_fresh() {
            true => ActKind::Changed(self.kept()),
            false => ActKind::Given(path, value),
        });
    }

    /// Whether nothing happened yet.
    fn is_fresh(&self) -> bool {
        let mut acts = self.acts.iter();
        acts.all(|act| matches!(act.kind, ActKind::Given(..)))
    }

    fn give_and_tell(&mut self, path: Arc<str>, value: Value) -> Step {
        let text = self.telling.given(&path, &value);
        self.give(path, value);
        self.quiet(text)
    }

    fn person(&mut self, does: PersonDoes) -> Step {
        match does {
            PersonDoes::TakesOver => self.story.person_takes_over(),
            PersonDoes::GivesBack => self.story.person_gives_back(),
            PersonDoes::Closes => self.story.close(),
        }
        self.note(ActKind::Changed(self.kept()));
        self.quiet(self.telling.person(does))
    }

    /// What the conversation knows and a test can say.
    fn kept(&self) -> Vec<(Arc<str>, Value)> {
        let mut facts = Facts::default();
        let story = &self.story;
        story.conversation().facts(story.now(), &mut facts);
        let paths = [
            path::LANGUAGE,
            path::STATE,
            path::CUSTOMER_TAGS,
            path::EPISODE_TAGS,
        ];
        let known = paths.into_iter().filter_map(|path| {
            let value = facts.get(path)?;
            Some((path.into(), value.clone()))
        });
        known.collect()
    }

    /// What the turn or event that has just been told led to.
    fn turn(&mut self, act: impl FnOnce(Decision) -> ActKind) -> Step {
        self.told_due = 0;
        let Some(turn) = self.story.last_turn() else {
            return self.quiet(String::new());
        };
        let text = self.telling.turn(turn, self.story.conversation().state);
        let decision = turn.decision().clone();
        let json = json!({ "now": self.zoned(self.story.now()).to_string(), "decision": decision });
        self.note(act(decision));
        let (due, due_json) = self.due();
        let mut step = self.step(format!("{text}{due}"), json);
        if let Json::Object(fields) = &mut step.json {
            fields.insert("due".into(), due_json);
        }
        step
    }

    /// Outreach that was due and has not been told.
    fn due(&mut self) -> (String, Json) {
        let due = self.story.due().get(self.told_due..).unwrap_or_default();
        let text: String = due.iter().map(|turn| self.telling.due(turn)).collect();
        let decisions: Vec<(Timestamp, Decision)> = due
            .iter()
            .map(|turn| (turn.inputs().now, turn.decision().clone()))
            .collect();
        self.told_due = self.story.due().len();
        let json = decisions
            .iter()
            .map(|(at, decision)| json!({ "now": self.zoned(*at).to_string(), "decision": decision }))
            .collect();
        let acts = decisions.into_iter().map(|(at, decision)| Act {
            at,
            kind: ActKind::Due(decision),
        });
        self.acts.extend(acts);
        (text, json)
    }

    fn note(&mut self, kind: ActKind) {
        let at = self.story.now();
        self.acts.push(Act { at, kind });
    }

    /// The turn or outreach that was decided last.
    fn last(&self) -> Result<&StoryTurn, Words> {
        let due = self.story.due().last();
        due.or(self.story.last_turn()).ok_or_else(|| {
            words!(
                "nothing happened yet: write something, as the customer would",
                "还什么都没有发生：请先以客户的身份写点什么"
            )
        })
    }

    fn step(&self, text: String, json: Json) -> Step {
        let json = resolved(json, self.sources);
        Step { text, json }
    }

    fn quiet(&self, text: String) -> Step {
        let json = match text.trim() {
            "" => Json::Null,
            told => json!({ "told": told }),
        };
        Step { text, json }
    }

    fn zoned(&self, moment: Timestamp) -> Zoned {
        moment.to_zoned(self.zone.clone())
    }

    fn bundle(&self) -> &'a Bundle {
        self.reference.bundle()
    }
}

/// Some facts have a place of their own.
fn refuse_other_source(path: &str) -> Result<(), Words> {
    match path {
        "text" => Err(words!(
            "`text` is what the customer writes; type it without a slash",
            "`text` 就是客户写的话；不带斜杠直接输入即可"
        )),
        "now" => Err(words!(
            "`now` is what the clock shows; move it with /clock +10m or /at 22:00",
            "`now` 就是时钟的时刻；请用 /clock +10m 或 /at 22:00 拨动"
        )),
        _ => Ok(()),
    }
}

fn event_fields(
    declared: &EventType,
    written: &[(String, String)],
    bundle: &Bundle,
) -> Result<Vec<(FieldId, Value)>, Words> {
    let event = &declared.name;
    let fields = || {
        let fields = declared.fields.iter();
        fields.filter_map(|one| Some((one, bundle.fields.get(one.field.index())?)))
    };
    let short = |path: &'_ Arc<str>| path.rsplit('.').next().unwrap_or_default().to_owned();
    let mut facts: Vec<(FieldId, Value)> = Vec::new();
    for (name, text) in written {
        let Some((one, field)) = fields().find(|(_, field)| short(&field.path) == *name) else {
            let names: Vec<String> = fields().map(|(_, field)| short(&field.path)).collect();
            let names = names.join(", ");
            return Err(words!(
                "`{event}` has no field `{name}`; it has {names}",
                "`{event}` 没有字段 `{name}`；它有 {names}"
            ));
        };
        if facts.iter().any(|(known, _)| *known == one.field) {
            return Err(words!(
                "`{name}` stands there twice; write it once",
                "`{name}` 写了两次；请只写一次"
            ));
        }
        facts.push((one.field, typed_fact::value(field, text, bundle)?));
    }
    for (one, field) in fields() {
        if !one.optional && !facts.iter().any(|(known, _)| *known == one.field) {
            let name = short(&field.path);
            return Err(words!(
                "`{event}` needs `{name}`; write /event {event} {name}=…",
                "`{event}` 缺少 `{name}`；请写 /event {event} {name}=…"
            ));
        }
    }
    Ok(facts)
}
