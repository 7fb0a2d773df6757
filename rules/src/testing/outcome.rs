//! Expectations against the last decision.

use std::sync::Arc;

use signalbox_dsl::bundle::{
    Bundle, Effect, Expectation, Outcome, OutreachId, QueueId, Rule, RuleId, Scope, TemplateId,
};

use super::FailureReason;
use crate::conversation::priority_name;
use crate::decision::{Action, DecidedEffect, Decision};

/// What was not as expected, and the rules that have to do with it.
pub(super) struct Failed {
    pub(super) reason: FailureReason,
    pub(super) rules: Vec<Arc<str>>,
    /// What became of the outreach that was due says more than the last turn.
    pub(super) is_outreach: bool,
}

/// All that is not as expected.
pub(super) fn check(
    expectation: &Expectation,
    decision: &Decision,
    sent: &[DecidedEffect],
    bundle: &Bundle,
) -> Vec<Failed> {
    let reading = Reading { bundle, sent };
    let unmet = expectation
        .outcomes
        .iter()
        .filter(|outcome| !reading.is_met(outcome, decision))
        .map(|outcome| Failed {
            reason: FailureReason::NotMet {
                expected: reading.describe(outcome),
            },
            rules: reading.rules_for(outcome),
            is_outreach: matches!(outcome, Outcome::Outreach { .. }),
        });
    let besides = decision
        .effects
        .iter()
        .chain(sent)
        .filter(|_| expectation.exactly)
        .filter(|effect| {
            let mut outcomes = expectation.outcomes.iter();
            !outcomes.any(|outcome| reading.covers(outcome, effect))
        })
        .map(|effect| Failed {
            reason: FailureReason::Unexpected {
                effect: effect.clone(),
            },
            rules: Vec::new(),
            is_outreach: false,
        });
    unmet.chain(besides).collect()
}

struct Reading<'a> {
    bundle: &'a Bundle,
    /// Outreach that left since.
    sent: &'a [DecidedEffect],
}

impl Reading<'_> {
    fn is_met(&self, outcome: &Outcome, decision: &Decision) -> bool {
        let happened = || {
            let mut effects = decision.effects.iter();
            effects.any(|effect| self.covers(outcome, effect))
        };
        match outcome {
            Outcome::NoRuleFired => decision.trace.fired.is_empty(),
            Outcome::Fired { rule, expected } => {
                let name = self.rule(*rule).map(|rule| &rule.name);
                let mut fired = decision.trace.fired.iter();
                fired.any(|fired| Some(&fired.rule) == name) == *expected
            }
            Outcome::Reply { expected, .. }
            | Outcome::HandOver { expected, .. }
            | Outcome::Priority { expected, .. }
            | Outcome::Score { expected, .. }
            | Outcome::Tag { expected, .. }
            | Outcome::Untag { expected, .. }
            | Outcome::Language { expected, .. }
            | Outcome::Note { expected, .. } => happened() == *expected,
            Outcome::ReplyText(_) => happened(),
            Outcome::Outreach { expected, .. } => {
                let mut sent = self.sent.iter();
                sent.any(|effect| self.covers(outcome, effect)) == *expected
            }
        }
    }

    /// Whether the effect is one that the outcome speaks of, expected or not.
    fn covers(&self, outcome: &Outcome, effect: &DecidedEffect) -> bool {
        match (outcome, &effect.action) {
            (Outcome::Fired { rule, .. }, _) => self
                .rule(*rule)
                .is_some_and(|rule| rule.name == effect.rule),
            (
                Outcome::Reply {
                    template, language, ..
                },
                Action::Reply {
                    template: said,
                    language: in_language,
                    ..
                },
            ) => {
                template.is_none_or(|template| self.template(template) == &**said)
                    && language.as_ref().is_none_or(|it| it == in_language)
            }
            (Outcome::ReplyText(expected), Action::Reply { text, .. }) => **expected == **text,
            (Outcome::HandOver { queue, .. }, Action::HandOver { queue: to, .. }) => {
                queue.is_none_or(|queue| self.queue(queue) == &**to)
            }
            (Outcome::Priority { priority, .. }, Action::SetPriority { priority: set }) => {
                is_or_any(priority.as_ref(), set)
            }
            (Outcome::Score { score, .. }, Action::SetScore { score: set }) => {
                is_or_any(score.as_ref(), set)
            }
            (
                Outcome::Tag { scope, tag, .. },
                Action::Tag {
                    scope: of,
                    tag: put,
                    ..
                },
            ) => is_or_any(scope.as_ref(), of) && is_or_any(tag.as_ref(), put),
            (
                Outcome::Untag { scope, tag, .. },
                Action::Untag {
                    scope: of,
                    tag: taken,
                    ..
                },
            ) => is_or_any(scope.as_ref(), of) && is_or_any(tag.as_ref(), taken),
            (Outcome::Language { language, .. }, Action::SetLanguage { language: set }) => {
                is_or_any(language.as_ref(), set)
            }
            (Outcome::Note { text, .. }, Action::Note { text: written }) => {
                is_or_any(text.as_ref(), written)
            }
            (Outcome::Note { text, .. }, Action::HandOver { note, .. }) => note
                .as_ref()
                .is_some_and(|note| is_or_any(text.as_ref(), note)),
            (Outcome::Outreach { outreach, .. }, _) => {
                let named = outreach.map(|outreach| self.outreach(outreach));
                let mut all = self.bundle.outreach.iter();
                all.any(|it| it.name == effect.rule && named.is_none_or(|name| *it.name == *name))
            }
            _ => false,
        }
    }

    /// The outcome as rule files write it.
    fn describe(&self, outcome: &Outcome) -> String {
        let no = |expected: bool| if expected { "" } else { "no " };
        match outcome {
            Outcome::NoRuleFired => "no rule fired".into(),
            Outcome::Fired { rule, expected } => {
                let name = self.rule(*rule).map_or("?", |rule| &rule.name);
                format!("{}fired {name}", if *expected { "" } else { "not " })
            }
            Outcome::Reply {
                template,
                language,
                expected,
            } => {
                let name = template.map(|it| format!(" {}", self.template(it)));
                let language = language.as_ref().map(|it| format!(" in {it}"));
                let (name, language) = (name.unwrap_or_default(), language.unwrap_or_default());
                format!("{}reply{name}{language}", no(*expected))
            }
            Outcome::ReplyText(text) => format!("reply \"{text}\""),
            Outcome::HandOver { queue, expected } => {
                let to = queue.map(|queue| format!(" to {}", self.queue(queue)));
                format!("{}hand over{}", no(*expected), to.unwrap_or_default())
            }
            Outcome::Priority { priority, expected } => {
                let name = priority.map(|it| format!(" {}", priority_name(it)));
                format!("{}priority{}", no(*expected), name.unwrap_or_default())
            }
            Outcome::Score { score, expected } => {
                let score = score.map(|it| format!(" {}%", it.normalize()));
                format!("{}score{}", no(*expected), score.unwrap_or_default())
            }
            Outcome::Tag {
                scope,
                tag,
                expected,
            } => format!("{}tag{}{}", no(*expected), whose(*scope), quoted(tag)),
            Outcome::Untag {
                scope,
                tag,
                expected,
            } => format!("{}untag{}{}", no(*expected), whose(*scope), quoted(tag)),
            Outcome::Language { language, expected } => {
                let tag = language.as_ref().map(|it| format!(" {it}"));
                format!("{}language{}", no(*expected), tag.unwrap_or_default())
            }
            Outcome::Note { text, expected } => format!("{}note{}", no(*expected), quoted(text)),
            Outcome::Outreach { outreach, expected } => {
                let name = outreach.map(|it| format!(" {}", self.outreach(it)));
                format!("{}outreach{}", no(*expected), name.unwrap_or_default())
            }
        }
    }

    /// The rules that could bring the outcome about: why they did not is what the author wants to know.
    fn rules_for(&self, outcome: &Outcome) -> Vec<Arc<str>> {
        let could = |rule: &&Rule| match outcome {
            Outcome::Fired { rule: wanted, .. } => {
                self.rule(*wanted).is_some_and(|it| it.name == rule.name)
            }
            _ => rule
                .effects
                .iter()
                .any(|it| self.brings(outcome, &it.effect)),
        };
        let rules = self.bundle.rules.iter().filter(could);
        rules.map(|rule| rule.name.clone()).collect()
    }

    fn brings(&self, outcome: &Outcome, effect: &Effect) -> bool {
        match (outcome, effect) {
            (Outcome::Reply { template, .. }, Effect::Reply { template: says, .. }) => {
                template.is_some_and(|template| template == *says)
            }
            (Outcome::HandOver { queue, .. }, Effect::HandOver { queue: to, .. }) => {
                queue.is_some_and(|queue| queue == *to)
            }
            (Outcome::Priority { priority, .. }, Effect::SetPriority(set)) => {
                *priority == Some(*set)
            }
            // Which figure a script comes to is seen when it runs.
            (Outcome::Score { .. }, Effect::SetScore(_)) => true,
            (Outcome::Tag { tag, .. }, Effect::Tag { tag: put, .. }) => tag.as_ref() == Some(put),
            (Outcome::Untag { tag, .. }, Effect::Untag { tag: taken, .. }) => {
                tag.as_ref() == Some(taken)
            }
            (Outcome::Language { language, .. }, Effect::SetLanguage(set)) => {
                language.as_ref() == Some(set)
            }
            (Outcome::Note { text: wanted, .. }, Effect::Note(text)) => {
                wanted.as_ref() == Some(text)
            }
            _ => false,
        }
    }

    fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.bundle.rules.get(id.index())
    }

    fn outreach(&self, id: OutreachId) -> &str {
        let outreach = self.bundle.outreach.get(id.index());
        outreach.map_or("?", |outreach| &outreach.name)
    }

    fn template(&self, id: TemplateId) -> &str {
        let template = self.bundle.templates.get(id.index());
        template.map_or("?", |template| &template.name)
    }

    fn queue(&self, id: QueueId) -> &str {
        let queue = self.bundle.queues.get(id.index());
        queue.map_or("?", |queue| &queue.name)
    }
}

/// An outcome that names nothing speaks of any.
fn is_or_any<T: PartialEq>(wanted: Option<&T>, found: &T) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

fn whose(scope: Option<Scope>) -> &'static str {
    match scope {
        None => "",
        Some(Scope::Episode) => " episode",
        Some(Scope::Customer) => " customer",
    }
}

fn quoted(text: &Option<Arc<str>>) -> String {
    text.as_ref()
        .map_or_else(String::new, |text| format!(" \"{text}\""))
}
