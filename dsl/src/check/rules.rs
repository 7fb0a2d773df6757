//! Rules: rank, triggers, guard, effects, and the fields that these may read.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ast;
use crate::bundle::{AttachmentKind, EdgeId, Guard, PeopleState, RankId, Rule, Trigger};
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

/// What a rule listens to.
#[derive(Default)]
struct Heard {
    triggers: Vec<Trigger>,
    edges: Vec<EdgeId>,
    /// The fields that every one of them brings.
    known: Known,
}

impl Heard {
    /// Notes an edge; the fields that it brings.
    fn wait_for(&mut self, edge: EdgeId, known: Known) -> Known {
        if !self.edges.contains(&edge) {
            self.edges.push(edge);
        }
        known
    }
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
        if let (Some(written), Some(rank)) = (&rule.rank, rank) {
            self.refuse_safety(one.file, written, rank);
        }
        let heard = self.heard(one.file, &rule.triggers);
        let mut known = heard
            .as_ref()
            .map_or_else(Known::new, |heard| heard.known.clone());
        let knows_triggers = heard.is_some();
        let guard = self.guard(one.file, &rule.guard, &mut known, knows_triggers);
        let effects = self.effects(one.file, &rule.effects, &known);
        self.refuse_taking_away(rule);
        let heard = heard?;
        Some(Rule {
            name: self.names.full_name(one),
            rank: rank.or_else(|| self.settings.ranks.is_empty().then_some(RankId(0)))?,
            triggers: heard.triggers,
            edges: heard.edges,
            during: rule.during.clone(),
            guard: guard?,
            effects: effects?,
            span: one.item.span,
        })
    }

    /// A person who has a conversation keeps it, whatever rules say.
    fn refuse_taking_away(&mut self, rule: &ast::Rule) {
        if !rule.during.contains(&PeopleState::Assigned) {
            return;
        }
        let is_hand_over = |it: &&ast::Effect| matches!(it.kind, ast::EffectKind::HandOver { .. });
        if let Some(effect) = rule.effects.iter().find(is_hand_over) {
            let problem = MeaningProblem::HandOverWhileAssigned {};
            self.findings.add(problem, effect.span);
        }
    }

    /// What a rule listens to. `None` has been reported.
    fn heard(&mut self, file: usize, written: &[ast::Trigger]) -> Option<Heard> {
        let mut heard = Heard::default();
        let mut common: Option<Known> = None;
        let mut is_whole = true;
        for trigger in written {
            let read = match &trigger.kind {
                ast::TriggerKind::Message => Some(self.hear(Trigger::Message, &mut heard)),
                ast::TriggerKind::Event(path) => {
                    let found = self
                        .schema
                        .event(file, path, &mut self.names, &mut self.findings);
                    let name = found.map(|(name, _)| name);
                    name.map(|name| self.hear(Trigger::Event(name), &mut heard))
                }
                ast::TriggerKind::Attachment(kind) => self.attachment(*kind, &mut heard),
                ast::TriggerKind::Reaching { signal, count } => {
                    let edge = self.reaching(file, signal, count);
                    edge.map(|(edge, known)| heard.wait_for(edge, known))
                }
                ast::TriggerKind::Rising { field, above } => {
                    let edge = self.rising(file, field, above);
                    edge.map(|(edge, known)| heard.wait_for(edge, known))
                }
            };
            let Some(fields) = read else {
                is_whole = false;
                continue;
            };
            common = Some(match common {
                None => fields,
                Some(before) => &before & &fields,
            });
        }
        heard.known = common.unwrap_or_default();
        is_whole.then_some(heard)
    }

    /// Notes attachments of a kind, or of any; the fields that they bring.
    fn attachment(&mut self, kind: Option<AttachmentKind>, heard: &mut Heard) -> Option<Known> {
        let any = &AttachmentKind::ALL[..];
        let kinds = kind.as_ref().map_or(any, std::slice::from_ref);
        let mut known = None;
        for kind in kinds {
            let edge = self.attached(*kind);
            known = edge.map(|(edge, known)| heard.wait_for(edge, known));
        }
        known
    }

    /// Notes a trigger; the fields that it brings.
    fn hear(&mut self, trigger: Trigger, heard: &mut Heard) -> Known {
        let known = &mut self.trigger_fields.known;
        let fields = match known.get(&trigger) {
            Some(fields) => fields.clone(),
            None => {
                let fields = self.schema.present_under(&trigger);
                known.insert(trigger.clone(), fields.clone());
                fields
            }
        };
        if !heard.triggers.contains(&trigger) {
            heard.triggers.push(trigger);
        }
        fields
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
    pub(super) fn report_needs(&mut self, needs: &[Need]) {
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
        [Trigger::Attachment] => Some("attachment".to_owned()),
        [Trigger::Event(name)] => Some(format!("event {name}")),
        _ => None,
    }
}
