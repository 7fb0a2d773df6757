//! Rules: rank, triggers, guard, effects, and the fields that these may read.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ast;
use crate::bundle::{Guard, RankId, Rule, Trigger};
use crate::diagnostic::Diagnostic;
use crate::problem::{Absence, ItemKind, MeaningProblem, Related};

use super::Checker;
use super::conditions::{Known, Need};
use super::limits::MOST_RULES;
use super::names::Declared;
use super::schema::Presence;

/// What is there under each trigger; worked out once a trigger.
#[derive(Default)]
pub(super) struct TriggerFields {
    known: HashMap<Trigger, Known>,
}

impl<'a> Checker<'a> {
    /// Reads all rules, in the order of their full names. A rule in which something was reported is left out.
    pub(super) fn check_rules(&mut self) -> Vec<Rule> {
        let declared: Vec<_> = self.names.of_kind(ItemKind::Rule).copied().collect();
        if let Some(one) = declared.get(MOST_RULES) {
            let problem = MeaningProblem::TooMany {
                kind: ItemKind::Rule,
                most: MOST_RULES,
            };
            self.findings.add(problem, one.name.span);
            return Vec::new();
        }
        declared.iter().filter_map(|one| self.rule(one)).collect()
    }

    fn rule(&mut self, one: &Declared<'a>) -> Option<Rule> {
        let ast::ItemKind::Rule(rule) = &one.item.kind else {
            return None;
        };
        let rank = rule.rank.as_ref().and_then(|name| self.rank(name));
        let triggers = self.triggers(one.file, &rule.triggers);
        let mut known = self.known_under(triggers.as_deref().unwrap_or_default());
        let guard = self.guard(one.file, &rule.guard, &mut known, triggers.is_some());
        let effects = self.effects(one.file, &rule.effects, &known);
        Some(Rule {
            name: self.names.full_name(one),
            rank: rank.or_else(|| self.settings.ranks.is_empty().then_some(RankId(0)))?,
            triggers: triggers?,
            guard: guard?,
            effects: effects?,
            span: one.item.span,
        })
    }

    fn triggers(&mut self, file: usize, written: &[ast::Trigger]) -> Option<Vec<Trigger>> {
        let read: Vec<Option<Trigger>> = written
            .iter()
            .map(|trigger| match &trigger.kind {
                ast::TriggerKind::Message => Some(Trigger::Message),
                ast::TriggerKind::Event(path) => {
                    let (name, _) =
                        self.schema
                            .event(file, path, &mut self.names, &mut self.findings)?;
                    Some(Trigger::Event(name))
                }
            })
            .collect();
        let mut triggers: Vec<Trigger> = Vec::with_capacity(read.len());
        for trigger in read {
            let trigger = trigger?;
            if !triggers.contains(&trigger) {
                triggers.push(trigger);
            }
        }
        Some(triggers)
    }

    /// The fields that every one of the triggers brings.
    fn known_under(&mut self, triggers: &[Trigger]) -> Known {
        let mut common: Option<Known> = None;
        for trigger in triggers {
            if !self.trigger_fields.known.contains_key(trigger) {
                let fields = self.schema.present_under(trigger);
                self.trigger_fields.known.insert(trigger.clone(), fields);
            }
            let Some(fields) = self.trigger_fields.known.get(trigger) else {
                continue;
            };
            common = Some(match common {
                None => fields.clone(),
                Some(before) => &before & fields,
            });
        }
        common.unwrap_or_default()
    }

    fn guard(
        &mut self,
        file: usize,
        written: &ast::Guard,
        known: &mut Known,
        knows_triggers: bool,
    ) -> Option<Guard> {
        let written = match written {
            ast::Guard::Always => return Some(Guard::Always),
            ast::Guard::Otherwise(_) => return Some(Guard::Otherwise),
            ast::Guard::When(written) => written,
        };
        let lowered = self.condition(file, written, known)?;
        self.find_contradictions(&lowered.condition, written.span());
        known.extend(&lowered.if_true);
        if knows_triggers {
            self.report_needs(&lowered.needs);
        }
        Some(Guard::When(lowered.condition))
    }

    /// Reports each field once, at the first place.
    fn report_needs(&mut self, needs: &[Need]) {
        let mut reported = Known::new();
        for need in needs {
            if !reported.insert(need.field) {
                continue;
            }
            let Some(entry) = self.schema.entry(need.field) else {
                continue;
            };
            let absence = match &entry.presence {
                Presence::Under(triggers) if !triggers.is_empty() => Absence::OtherTrigger {
                    trigger: single_trigger(triggers),
                },
                _ => Absence::Optional,
            };
            let is_optional = absence == Absence::Optional;
            let problem = MeaningProblem::MayBeMissing {
                field: Arc::clone(&entry.field.path),
                absence,
            };
            let mut finding = Diagnostic::new(problem, need.span);
            if let Some(inside) = need.inside {
                finding = finding.with_related(inside, Related::ReadHere);
            }
            if let Some(declared) = entry.declared.filter(|_| is_optional) {
                finding = finding.with_related(declared, Related::OptionalHere);
            }
            self.findings.push(finding);
        }
    }
}

fn single_trigger(triggers: &[Trigger]) -> Option<String> {
    match triggers {
        [Trigger::Message] => Some("message".to_owned()),
        [Trigger::Event(name)] => Some(format!("event {name}")),
        _ => None,
    }
}
