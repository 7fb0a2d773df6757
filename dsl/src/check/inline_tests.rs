//! Inline tests: facts of the right types, a clock that only goes forward, outcomes that exist.
//!
//! A test may name what any module declares, by its full name; fields, events and queues have no other.

use std::sync::Arc;

use crate::ast::{self, OutcomeKind, TestStepKind};
use crate::bundle::{
    Expectation, FieldId, Outcome, OutreachId, QueueId, RuleId, TemplateId, TestAction, TestCase,
    TestDay, TestStep, Trigger,
};
use crate::problem::{BareWord, FactSource, ItemKind, MeaningProblem};
use crate::source::Span;
use crate::value::Value;

use super::Checker;
use super::effects::DEFAULT;
use super::limits::MOST_RULES;
use super::schema::Presence;
use crate::nearest::nearest;

type Facts = Vec<(FieldId, Value)>;

/// What has happened so far in a test.
struct Story {
    day: TestDay,
    time: jiff::civil::Time,
    anything_happened: bool,
}

impl Checker<'_> {
    /// Reads the tests of all files, in order.
    pub(super) fn check_tests(&mut self) -> Vec<TestCase> {
        let files = self.files;
        let mut cases = Vec::new();
        for (file, tree) in files.iter().enumerate() {
            for item in &tree.items {
                if let ast::ItemKind::Test(test) = &item.kind {
                    if cases.len() == MOST_RULES {
                        let problem = MeaningProblem::TooMany {
                            kind: ItemKind::Test,
                            most: MOST_RULES,
                        };
                        self.findings.add(problem, item.span);
                        return cases;
                    }
                    cases.extend(self.test(file, test, item));
                }
            }
        }
        cases
    }

    fn test(&mut self, file: usize, test: &ast::Test, item: &ast::Item) -> Option<TestCase> {
        let given = self.facts(file, &test.given);
        let mut story = Story {
            day: TestDay::Number(1),
            time: jiff::civil::Time::MIN,
            // A step that could not be read may have been the one.
            anything_happened: !item.complete,
        };
        let steps: Vec<Option<TestStep>> = test
            .steps
            .iter()
            .map(|step| self.step(file, step, &mut story))
            .collect();
        Some(TestCase {
            name: format!("{}: {}", self.names.module(file), test.sentence.value).into(),
            given: given?,
            steps: steps.into_iter().collect::<Option<_>>()?,
            span: item.span,
        })
    }

    fn step(&mut self, file: usize, step: &ast::TestStep, story: &mut Story) -> Option<TestStep> {
        let action = match &step.kind {
            TestStepKind::At { day, time } => self.move_clock(*day, *time, step.span, story),
            TestStepKind::Says { text, with } => {
                story.anything_happened = true;
                TestAction::Says {
                    text: Arc::clone(&text.value),
                    with: self.facts(file, with)?,
                }
            }
            TestStepKind::Sends { kind, text, with } => {
                story.anything_happened = true;
                TestAction::Sends {
                    kind: *kind,
                    text: text.as_ref().map(|text| Arc::clone(&text.value)),
                    with: self.facts(file, with)?,
                }
            }
            TestStepKind::Event { event, with } => {
                story.anything_happened = true;
                self.event_step(file, event, with)?
            }
            TestStepKind::Expect(expectation) => {
                if !story.anything_happened {
                    self.findings
                        .add(MeaningProblem::ExpectTooEarly {}, step.span);
                }
                let outcomes: Vec<Option<Outcome>> = expectation
                    .outcomes
                    .iter()
                    .map(|outcome| self.outcome(file, outcome))
                    .collect();
                TestAction::Expect(Expectation {
                    exactly: expectation.exactly,
                    outcomes: outcomes.into_iter().collect::<Option<_>>()?,
                })
            }
        };
        Some(TestStep {
            action,
            span: step.span,
        })
    }

    fn move_clock(
        &mut self,
        day: Option<ast::TestDay>,
        time: jiff::civil::Time,
        span: Span,
        story: &mut Story,
    ) -> TestAction {
        let day = match day {
            None => story.day,
            Some(ast::TestDay::Number(number)) => TestDay::Number(number),
            Some(ast::TestDay::Date(date)) => TestDay::Date(date),
        };
        let moves_back = match (story.day, day) {
            (TestDay::Number(before), TestDay::Number(day)) => (day, time) < (before, story.time),
            (TestDay::Date(before), TestDay::Date(day)) => (day, time) < (before, story.time),
            // A date says which day the numbers count from.
            _ => false,
        };
        if moves_back {
            self.findings.add(MeaningProblem::ClockMovesBack {}, span);
        }
        story.day = day;
        story.time = time;
        TestAction::At { day, time }
    }

    /// Facts set by their paths. `None` has been reported.
    fn facts(&mut self, file: usize, written: &[ast::Assignment]) -> Option<Facts> {
        let read: Vec<Option<(FieldId, Value)>> = written
            .iter()
            .map(|assignment| {
                let known = self
                    .schema
                    .visible_in_test(file, &assignment.path, &mut self.names);
                let Some(field) = known else {
                    let problem = self.schema.unknown_field(&assignment.path, BareWord::Field);
                    self.findings.add(problem, assignment.path.span);
                    return None;
                };
                self.refuse_other_source(field, assignment.path.span)?;
                self.fact(file, field, assignment)
            })
            .collect();
        let facts = read.into_iter().collect::<Option<Facts>>()?;
        self.refuse_repeated(&facts, written)
    }

    fn fact(
        &mut self,
        file: usize,
        field: FieldId,
        assignment: &ast::Assignment,
    ) -> Option<(FieldId, Value)> {
        let found = &self.schema.entry(field)?.field;
        let (value_type, path) = (found.value_type.clone(), Arc::clone(&found.path));
        let value = self.constant(file, &assignment.value, &value_type, &path)?;
        Some((field, value))
    }

    fn refuse_other_source(&mut self, field: FieldId, span: Span) -> Option<()> {
        let entry = self.schema.entry(field)?;
        let is_of_event = match &entry.presence {
            Presence::Under(triggers) => !triggers.contains(&Trigger::Message),
            Presence::Always | Presence::Optional | Presence::Score => false,
        };
        let is_of_attachment = match &entry.presence {
            Presence::Under(triggers) => triggers.contains(&Trigger::Attachment),
            Presence::Always | Presence::Optional | Presence::Score => false,
        };
        let source = match &*entry.field.path {
            "text" => FactSource::Says,
            "now" => FactSource::Clock,
            _ if is_of_attachment => FactSource::Sends,
            _ if is_of_event => FactSource::Event,
            _ => return Some(()),
        };
        let problem = MeaningProblem::FactNotSettable {
            field: Arc::clone(&entry.field.path),
            source,
        };
        self.findings.add(problem, span);
        None
    }

    fn refuse_repeated(&mut self, facts: &Facts, written: &[ast::Assignment]) -> Option<Facts> {
        for (place, (field, _)) in facts.iter().enumerate() {
            let before = facts.get(..place).unwrap_or_default();
            if before.iter().any(|(first, _)| first == field) {
                let path = Arc::clone(&self.schema.entry(*field)?.field.path);
                let span = written.get(place)?.span;
                self.findings
                    .add(MeaningProblem::RepeatedFact { field: path }, span);
                return None;
            }
        }
        Some(facts.clone())
    }

    fn event_step(
        &mut self,
        file: usize,
        event: &ast::Path,
        with: &[ast::Assignment],
    ) -> Option<TestAction> {
        let (name, found) =
            self.schema
                .event_in_test(file, event, &mut self.names, &mut self.findings)?;
        let fields = found.fields.clone();
        let subject = event.names.first()?.text.to_string();
        let read: Vec<Option<(FieldId, Value)>> = with
            .iter()
            .map(|assignment| {
                let path = format!("{subject}.{}", assignment.path.dotted());
                let field = self.schema.find(&path);
                match field.filter(|field| fields.iter().any(|(known, _)| known == field)) {
                    Some(field) => self.fact(file, field, assignment),
                    None => {
                        self.report_unknown_event_field(&fields, path, assignment);
                        None
                    }
                }
            })
            .collect();
        let facts = read.into_iter().collect::<Option<Facts>>()?;
        let with = self.refuse_repeated(&facts, with)?;
        for (field, is_always_there) in fields {
            if is_always_there && !with.iter().any(|(set, _)| *set == field) {
                let path = &self.schema.entry(field)?.field.path;
                let problem = MeaningProblem::MissingEventField {
                    event: name.to_string(),
                    field: path.rsplit('.').next().unwrap_or(path).to_owned(),
                };
                self.findings.add(problem, event.span);
            }
        }
        Some(TestAction::Event { event: name, with })
    }

    fn report_unknown_event_field(
        &mut self,
        fields: &[(FieldId, bool)],
        path: String,
        assignment: &ast::Assignment,
    ) {
        let paths = fields
            .iter()
            .filter_map(|(field, _)| self.schema.entry(*field))
            .map(|entry| &*entry.field.path);
        let problem = MeaningProblem::UnknownField {
            nearest: nearest(&path, paths).map(str::to_owned),
            field: path,
            module: None,
            word: BareWord::Field,
        };
        self.findings.add(problem, assignment.path.span);
    }

    fn outcome(&mut self, file: usize, written: &ast::Outcome) -> Option<Outcome> {
        Some(match &written.kind {
            OutcomeKind::NoRuleFired => Outcome::NoRuleFired,
            OutcomeKind::Fired { rule, expected } => {
                let found = self.names.rule(file, rule, &mut self.findings)?;
                Outcome::Fired {
                    rule: RuleId(found.id),
                    expected: *expected,
                }
            }
            OutcomeKind::Reply {
                template,
                language,
                expected,
            } => {
                if let Some(tag) = language
                    && !self.check_language(tag)
                {
                    return None;
                }
                let template = match template {
                    None => None,
                    Some(path) => {
                        let findings = &mut self.findings;
                        let found = self
                            .names
                            .in_test(ItemKind::Template, file, path, findings)?;
                        Some(TemplateId(found.id))
                    }
                };
                Outcome::Reply {
                    template,
                    language: language.as_ref().map(|tag| Arc::clone(&tag.tag)),
                    expected: *expected,
                }
            }
            OutcomeKind::ReplyText(text) => Outcome::ReplyText(Arc::clone(&text.value)),
            OutcomeKind::HandOver { queue, expected } => {
                let queue = match queue {
                    None => None,
                    // The default queue has no name of its own.
                    Some(path) if path.dotted() == DEFAULT => Some(self.queue(file, path)?),
                    Some(path) => {
                        let findings = &mut self.findings;
                        let found = self.names.in_test(ItemKind::Queue, file, path, findings)?;
                        Some(QueueId(found.id))
                    }
                };
                Outcome::HandOver {
                    queue,
                    expected: *expected,
                }
            }
            OutcomeKind::Priority { priority, expected } => Outcome::Priority {
                priority: match priority {
                    None => None,
                    Some(name) => Some(self.priority(name)?),
                },
                expected: *expected,
            },
            OutcomeKind::Score { score, expected } => Outcome::Score {
                score: *score,
                expected: *expected,
            },
            OutcomeKind::Tag {
                scope,
                tag,
                expected,
            } => Outcome::Tag {
                scope: *scope,
                tag: value_of(tag.as_ref()),
                expected: *expected,
            },
            OutcomeKind::Untag {
                scope,
                tag,
                expected,
            } => Outcome::Untag {
                scope: *scope,
                tag: value_of(tag.as_ref()),
                expected: *expected,
            },
            OutcomeKind::Language { language, expected } => {
                if let Some(tag) = language
                    && !self.check_language(tag)
                {
                    return None;
                }
                Outcome::Language {
                    language: language.as_ref().map(|tag| Arc::clone(&tag.tag)),
                    expected: *expected,
                }
            }
            OutcomeKind::Note { text, expected } => Outcome::Note {
                text: value_of(text.as_ref()),
                expected: *expected,
            },
            OutcomeKind::Outreach { outreach, expected } => Outcome::Outreach {
                outreach: match outreach {
                    None => None,
                    Some(path) => {
                        let findings = &mut self.findings;
                        let found = self
                            .names
                            .in_test(ItemKind::Outreach, file, path, findings)?;
                        Some(OutreachId(found.id))
                    }
                },
                expected: *expected,
            },
        })
    }
}

fn value_of(text: Option<&ast::Text>) -> Option<Arc<str>> {
    text.map(|text| Arc::clone(&text.value))
}
