//! Effects: what they name, their arguments, their limits.

use std::sync::Arc;
use std::time::Duration;

use crate::ast::{self, EffectKind, ExpressionKind};
use crate::bundle::{
    Effect, Limit, LimitWindow, LimitedEffect, Operand, OutreachId, Priority, QueueId, TemplateId,
};
use crate::problem::{Absence, ItemKind, MeaningProblem};
use crate::source::Span;
use crate::value::Type;

use super::Checker;
use super::conditions::Known;
use super::limits::{
    LONGEST_TAG, LONGEST_TAG_WORDS, LONGEST_WINDOW, LONGEST_WINDOW_WORDS, MOST_TIMES,
};
use super::names::Declared;
use super::templates::has_fallbacks;
use crate::nearest::nearest;

/// Priorities as they are written, lowest first.
const PRIORITIES: [(&str, Priority); 4] = [
    ("low", Priority::Low),
    ("normal", Priority::Normal),
    ("high", Priority::High),
    ("urgent", Priority::Urgent),
];

/// What needs the value of `set score to`.
const SCORE: &str = "score";

/// Names the default queue, whatever it is called.
pub(super) const DEFAULT: &str = "default";

impl Checker<'_> {
    /// Reads the effects of a rule that fires where the fields `known` are known. `None` has been reported.
    pub(super) fn effects(
        &mut self,
        file: usize,
        written: &[ast::Effect],
        known: &Known,
    ) -> Option<Vec<LimitedEffect>> {
        self.report_repeated(written);
        let read: Vec<Option<LimitedEffect>> = written
            .iter()
            .map(|effect| {
                let limit = effect.limit.as_ref().map(|limit| self.limit(limit));
                Some(LimitedEffect {
                    effect: self.effect(file, effect, known)?,
                    limit: limit.flatten(),
                    span: effect.span,
                })
            })
            .collect();
        read.into_iter().collect()
    }

    /// What can have only one value can stand only once.
    fn report_repeated(&mut self, written: &[ast::Effect]) {
        let mut seen: Vec<&'static str> = Vec::new();
        for effect in written {
            let words = match &effect.kind {
                EffectKind::Reply { .. } => "reply",
                EffectKind::HandOver { .. } => "hand over",
                EffectKind::SetPriority(_) => "set priority",
                EffectKind::SetScore(_) => "set score",
                EffectKind::SetLanguage(_) => "set language",
                EffectKind::NoOtherReplies => "no other replies",
                EffectKind::Tag { .. }
                | EffectKind::Untag { .. }
                | EffectKind::Note(_)
                | EffectKind::CancelOutreach(_) => continue,
            };
            if seen.contains(&words) {
                let problem = MeaningProblem::RepeatedEffect { effect: words };
                self.findings.add(problem, effect.span);
            }
            seen.push(words);
        }
    }

    /// A queue by its name; `default` is the default one, unless a queue is called so.
    pub(super) fn queue(&mut self, file: usize, path: &ast::Path) -> Option<QueueId> {
        let is_default = path.single().is_some_and(|name| &*name.text == DEFAULT);
        if is_default && self.names.visible(ItemKind::Queue, file, DEFAULT).is_none() {
            return self.settings.default_queue;
        }
        let found = self
            .names
            .resolve(ItemKind::Queue, file, path, &mut self.findings)?;
        Some(QueueId(found.id))
    }

    fn effect(&mut self, file: usize, written: &ast::Effect, known: &Known) -> Option<Effect> {
        Some(match &written.kind {
            EffectKind::Reply {
                template,
                arguments,
            } => {
                let found =
                    self.names
                        .resolve(ItemKind::Template, file, template, &mut self.findings)?;
                let id = TemplateId(found.id);
                let arguments = self.arguments(file, &found, arguments, written.span, known)?;
                Effect::Reply {
                    template: id,
                    arguments,
                }
            }
            EffectKind::HandOver { queue, note } => {
                let queue = self.queue(file, queue)?;
                Effect::HandOver {
                    queue,
                    note: note.as_ref().map(|note| Arc::clone(&note.value)),
                }
            }
            EffectKind::SetPriority(name) => Effect::SetPriority(self.priority(name)?),
            EffectKind::SetScore(score) => Effect::SetScore(self.score(file, score, known)?),
            EffectKind::Tag {
                scope,
                tag,
                lifetime,
            } => {
                self.check_tag(tag)?;
                self.check_lifetime(*lifetime, written.span)?;
                Effect::Tag {
                    scope: *scope,
                    tag: Arc::clone(&tag.value),
                    lifetime: *lifetime,
                }
            }
            EffectKind::Untag { scope, tag } => {
                self.check_tag(tag)?;
                Effect::Untag {
                    scope: *scope,
                    tag: Arc::clone(&tag.value),
                }
            }
            EffectKind::Note(text) => Effect::Note(Arc::clone(&text.value)),
            EffectKind::SetLanguage(tag) => {
                if !self.check_language(tag) {
                    return None;
                }
                Effect::SetLanguage(Arc::clone(&tag.tag))
            }
            EffectKind::NoOtherReplies => Effect::NoOtherReplies,
            EffectKind::CancelOutreach(None) => Effect::CancelOutreach(None),
            EffectKind::CancelOutreach(Some(path)) => {
                let found =
                    self.names
                        .resolve(ItemKind::Outreach, file, path, &mut self.findings)?;
                Effect::CancelOutreach(Some(OutreachId(found.id)))
            }
        })
    }

    /// One operand a parameter, in the template's order.
    pub(super) fn arguments(
        &mut self,
        file: usize,
        declared: &Declared<'_>,
        written: &[ast::Argument],
        span: Span,
        known: &Known,
    ) -> Option<Vec<Operand>> {
        let id = TemplateId(declared.id);
        let template = self.templates.get(id.index())?.clone();
        // A parameter whose type could not be read is not in the template, but its argument is no mistake.
        let is_known = |argument: &ast::Argument| match &declared.item.kind {
            ast::ItemKind::Template(template) => template
                .parameters
                .iter()
                .any(|parameter| parameter.name.text == argument.name.text),
            _ => false,
        };
        let is_complete = declared.item.complete;
        for (place, argument) in written.iter().enumerate() {
            let before = written.get(..place).unwrap_or_default();
            if before
                .iter()
                .any(|first| first.name.text == argument.name.text)
            {
                let problem = MeaningProblem::DuplicateName {
                    kind: ItemKind::Argument,
                    name: argument.name.text.to_string(),
                };
                self.findings.add(problem, argument.name.span);
            } else if !is_known(argument) && is_complete {
                let names = template.parameters.iter().map(|parameter| &*parameter.name);
                let problem = MeaningProblem::UnknownArgument {
                    template: Arc::clone(&template.name),
                    name: argument.name.text.to_string(),
                    nearest: nearest(&argument.name.text, names).map(str::to_owned),
                };
                self.findings.add(problem, argument.name.span);
            }
        }
        let read: Vec<Option<Operand>> = template
            .parameters
            .iter()
            .enumerate()
            .map(|(place, parameter)| {
                let argument = written
                    .iter()
                    .find(|argument| argument.name.text == parameter.name);
                let Some(argument) = argument else {
                    let problem = MeaningProblem::MissingArgument {
                        template: Arc::clone(&template.name),
                        parameter: parameter.name.to_string(),
                    };
                    self.findings.add(problem, span);
                    return None;
                };
                let may_be_absent = has_fallbacks(&template, place);
                self.argument(file, argument, &parameter.value_type, may_be_absent, known)
            })
            .collect();
        read.into_iter().collect()
    }

    /// What `set score to` is given: a percent that is there.
    fn score(&mut self, file: usize, written: &ast::Operand, known: &Known) -> Option<Operand> {
        self.value(file, written, &Type::Percent, SCORE, false, known)
    }

    fn argument(
        &mut self,
        file: usize,
        argument: &ast::Argument,
        needed: &Type,
        may_be_absent: bool,
        known: &Known,
    ) -> Option<Operand> {
        let (value, what) = (&argument.value, &*argument.name.text);
        self.value(file, value, needed, what, may_be_absent, known)
    }

    /// A field or constant of the type that is needed; `what` needs it.
    fn value(
        &mut self,
        file: usize,
        written: &ast::Operand,
        needed: &Type,
        what: &str,
        may_be_absent: bool,
        known: &Known,
    ) -> Option<Operand> {
        let value = &written.value;
        let field = match &value.kind {
            ExpressionKind::Path(path) => self.schema.visible(file, path, &mut self.names),
            ExpressionKind::Literal(_) | ExpressionKind::List(_) => None,
        };
        let Some(field) = field else {
            let constant = self.constant(file, value, needed, what)?;
            return Some(Operand::Constant(constant));
        };
        let found = &self.schema.entry(field)?.field;
        let path = Arc::clone(&found.path);
        if found.value_type != *needed {
            let found = found.value_type.clone();
            self.report_wrong_type(value.span, needed, found, what);
            return None;
        }
        let default = match &written.default {
            None => None,
            Some(default) => Some(self.constant(file, default, needed, what)?),
        };
        let is_there = default.is_some() || known.contains(&field) || self.is_always_there(field);
        if !is_there && !may_be_absent {
            let problem = MeaningProblem::MayBeMissing {
                field: path,
                absence: Absence::NoFallback {
                    parameter: what.to_owned(),
                },
            };
            self.findings.add(problem, value.span);
            return None;
        }
        Some(Operand::Field { field, default })
    }

    /// The priority of that name; if there is none, that is reported.
    pub(super) fn priority(&mut self, name: &ast::Name) -> Option<Priority> {
        let found = PRIORITIES.iter().find(|(word, _)| **word == *name.text);
        if found.is_none() {
            let problem = MeaningProblem::UnknownPriority {
                name: name.text.to_string(),
                nearest: nearest(&name.text, PRIORITIES.iter().map(|(word, _)| *word))
                    .map(str::to_owned),
            };
            self.findings.add(problem, name.span);
        }
        found.map(|(_, priority)| *priority)
    }

    fn check_tag(&mut self, tag: &ast::Text) -> Option<()> {
        if tag.value.trim().is_empty() {
            self.findings.add(MeaningProblem::EmptyText {}, tag.span);
            return None;
        }
        Some(())
    }

    fn check_lifetime(&mut self, lifetime: Option<Duration>, span: Span) -> Option<()> {
        if lifetime.is_none_or(|time| !time.is_zero() && time <= LONGEST_TAG) {
            return Some(());
        }
        let problem = MeaningProblem::TagLifetimeOutOfRange {
            most: LONGEST_TAG_WORDS,
        };
        self.findings.add(problem, span);
        None
    }

    pub(super) fn limit(&mut self, written: &ast::Limit) -> Option<Limit> {
        if !(1..=MOST_TIMES).contains(&written.times) {
            let problem = MeaningProblem::LimitTimesOutOfRange {
                times: written.times,
                most: MOST_TIMES,
            };
            self.findings.add(problem, written.span);
            return None;
        }
        let window = match written.window {
            ast::Window::Whole => LimitWindow::Whole,
            ast::Window::Today => LimitWindow::Today,
            ast::Window::Sliding { length, span } => {
                if length.is_zero() || length > LONGEST_WINDOW {
                    let problem = MeaningProblem::WindowOutOfRange {
                        most: LONGEST_WINDOW_WORDS,
                    };
                    self.findings.add(problem, span);
                    return None;
                }
                LimitWindow::Sliding(length)
            }
        };
        Some(Limit {
            times: written.times,
            window,
            scope: written.scope,
        })
    }
}
