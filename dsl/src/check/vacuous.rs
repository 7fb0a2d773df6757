//! W0701: tests that pass whatever the rules say.
//!
//! What a test forbids can only come about if some rule that listens to what just happened could do it. A test in which
//! nothing but such harmless wishes stands is worth nothing, and mostly a slip in a tag or in the event's name. Which
//! conditions the rules have is not looked at: a test that holds today may fail tomorrow.

use crate::bundle::{
    Effect, Expectation, Outcome, Queue, QueueId, Rule, TemplateId, TestAction, TestCase, Trigger,
};
use crate::problem::MeaningProblem;

use super::Checker;
use super::signals::Signals;

impl Checker<'_> {
    /// Warns of tests that no rule can make fail.
    pub(super) fn find_vacuous_tests(&mut self, rules: &[Rule], tests: &[TestCase]) {
        let default_queue = self.settings.default_queue;
        let queues = &self.settings.queues;
        for test in tests {
            let mut expects = None;
            let mut happened: Option<Trigger> = None;
            let mut can_fail = false;
            for step in &test.steps {
                match &step.action {
                    TestAction::At { .. } => {}
                    TestAction::Says { .. } => happened = Some(Trigger::Message),
                    TestAction::Sends { text, .. } => {
                        happened = Some(match text {
                            Some(_) => Trigger::Message,
                            None => Trigger::Attachment,
                        });
                    }
                    TestAction::Event { event, .. } => {
                        happened = Some(Trigger::Event(event.clone()));
                    }
                    TestAction::Expect(expectation) => {
                        expects = expects.or(Some(step.span));
                        let listening = Listening {
                            rules,
                            signals: &self.signals,
                            trigger: happened.as_ref(),
                            queues,
                            default_queue,
                        };
                        can_fail |= listening.can_break(expectation);
                    }
                }
            }
            if let Some(span) = expects.filter(|_| !can_fail) {
                self.findings.add(MeaningProblem::VacuousTest {}, span);
            }
        }
    }
}

/// The rules that hear of what just happened.
struct Listening<'a> {
    rules: &'a [Rule],
    signals: &'a Signals,
    trigger: Option<&'a Trigger>,
    queues: &'a [Queue],
    default_queue: Option<QueueId>,
}

impl Listening<'_> {
    fn rules(&self) -> impl Iterator<Item = &Rule> {
        let hears = |rule: &&Rule| {
            let by_edge = |trigger| {
                let mut edges = rule.edges.iter();
                edges.any(|edge| self.signals.comes_with(*edge, trigger))
            };
            self.trigger
                .is_some_and(|it| rule.triggers.contains(it) || by_edge(it))
        };
        self.rules.iter().filter(hears)
    }

    fn can_break(&self, expectation: &Expectation) -> bool {
        (expectation.exactly && self.rules().next().is_some())
            || expectation.outcomes.iter().any(|it| self.can_miss(it))
    }

    /// Whether an outcome can fail to hold. What is to come about always can: no rule may fire.
    fn can_miss(&self, outcome: &Outcome) -> bool {
        let some_effect = |forbidden: &dyn Fn(&Effect) -> bool| {
            let mut effects = self.rules().flat_map(|rule| &rule.effects);
            effects.any(|limited| forbidden(&limited.effect))
        };
        match outcome {
            Outcome::NoRuleFired => self.rules().next().is_some(),
            Outcome::Fired {
                rule,
                expected: false,
            } => {
                let found = self.rules.get(rule.index());
                found.is_some_and(|rule| self.rules().any(|heard| heard.name == rule.name))
            }
            Outcome::Reply {
                template,
                expected: false,
                ..
            } => {
                let said = |says: TemplateId| is_or_any(template.as_ref(), &says);
                let when_closed = |to: QueueId| self.closed_reply(to).is_some_and(said);
                (self.can_tie() && self.default_queue.is_some_and(when_closed))
                    || some_effect(&|effect| match effect {
                        Effect::Reply { template, .. } => said(*template),
                        Effect::HandOver { queue, .. } => when_closed(*queue),
                        _ => false,
                    })
            }
            Outcome::HandOver {
                queue,
                expected: false,
            } => {
                let reached = |to: QueueId| {
                    let mut ways = self.ways(to);
                    ways.any(|to| is_or_any(queue.as_ref(), &to))
                };
                (self.can_tie() && self.default_queue.is_some_and(reached))
                    || some_effect(
                        &|effect| matches!(effect, Effect::HandOver { queue: to, .. } if reached(*to)),
                    )
            }
            Outcome::Priority {
                priority,
                expected: false,
            } => some_effect(
                &|effect| matches!(effect, Effect::SetPriority(set) if is_or_any(priority.as_ref(), set)),
            ),
            Outcome::Score {
                expected: false, ..
            } => some_effect(&|effect| matches!(effect, Effect::SetScore(_))),
            Outcome::Tag {
                scope,
                tag,
                expected: false,
            } => some_effect(&|effect| {
                matches!(effect, Effect::Tag { scope: of, tag: put, .. }
                    if is_or_any(scope.as_ref(), of) && is_or_any(tag.as_ref(), put))
            }),
            Outcome::Untag {
                scope,
                tag,
                expected: false,
            } => some_effect(&|effect| {
                matches!(effect, Effect::Untag { scope: of, tag: taken, .. }
                    if is_or_any(scope.as_ref(), of) && is_or_any(tag.as_ref(), taken))
            }),
            Outcome::Language {
                language,
                expected: false,
            } => some_effect(
                &|effect| matches!(effect, Effect::SetLanguage(set) if is_or_any(language.as_ref(), set)),
            ),
            Outcome::Note {
                text,
                expected: false,
            } => {
                (text.is_none() && self.can_tie())
                    || some_effect(&|effect| match effect {
                        Effect::Note(note)
                        | Effect::HandOver {
                            note: Some(note), ..
                        } => is_or_any(text.as_ref(), note),
                        _ => false,
                    })
            }
            Outcome::Fired { .. }
            | Outcome::Reply { .. }
            | Outcome::ReplyText(_)
            | Outcome::HandOver { .. }
            | Outcome::Priority { .. }
            | Outcome::Score { .. }
            | Outcome::Tag { .. }
            | Outcome::Untag { .. }
            | Outcome::Language { .. }
            | Outcome::Note { .. }
            // Planned by something that happened before, so any test may have brought it about.
            | Outcome::Outreach { .. } => true,
        }
    }

    /// Where a hand-over to `queue` may end: there, or where it overflows to.
    fn ways(&self, queue: QueueId) -> impl Iterator<Item = QueueId> {
        let next = |id: &QueueId| self.queues.get(id.index())?.overflow;
        // INVARIANT: overflow never leads back, or this is not asked.
        std::iter::successors(Some(queue), next).take(self.queues.len())
    }

    /// What is said to whoever is handed over to it while it is closed.
    fn closed_reply(&self, queue: QueueId) -> Option<TemplateId> {
        let reply = self.queues.get(queue.index())?.closed_reply.as_ref()?;
        Some(reply.template)
    }

    /// Rules that nothing tells apart hand over to the default queue, with a note.
    fn can_tie(&self) -> bool {
        let wants_floor = |rule: &&Rule| {
            let mut effects = rule.effects.iter();
            effects.any(|limited| limited.effect.contends_for_floor())
        };
        self.rules().filter(wants_floor).count() > 1
    }
}

fn is_or_any<T: PartialEq>(wanted: Option<&T>, found: &T) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

#[cfg(test)]
mod tests;
