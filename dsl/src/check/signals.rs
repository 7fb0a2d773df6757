//! Signals, and what rules wait for: counts of them, and numbers that rise.

use std::collections::HashMap;

use crate::ast;
use crate::bundle::{
    AttachmentKind, Edge, EdgeId, LimitWindow, Reaching, Rising, Signal, SignalId, Trigger,
};
use crate::problem::{BareWord, ItemKind, MeaningProblem};

use super::Checker;
use super::builtin::KEPT_NUMBERS;
use super::conditions::Known;
use super::limits::MOST_SIGNALS;
use super::names::shown_names;

/// All signals and edges.
#[derive(Default)]
pub(super) struct Signals {
    pub(super) signals: Vec<Signal>,
    pub(super) edges: Vec<Edge>,
    numbers: HashMap<Edge, EdgeId>,
    /// By declared id; `None`: something in it was reported.
    read: HashMap<u32, Option<(SignalId, Known)>>,
}

impl Signals {
    /// Whether an edge can be reached with what came from outside.
    pub(super) fn comes_with(&self, edge: EdgeId, trigger: &Trigger) -> bool {
        let edge = self.edges.get(edge.index());
        edge.is_some_and(|edge| edge.comes_with(trigger, &self.signals))
    }

    fn number(&mut self, edge: Edge) -> Option<EdgeId> {
        let next = EdgeId(u32::try_from(self.edges.len()).ok()?);
        let edges = &mut self.edges;
        let id = *self.numbers.entry(edge).or_insert_with_key(|edge| {
            edges.push(edge.clone());
            next
        });
        Some(id)
    }
}

impl Checker<'_> {
    /// Reads all signals.
    pub(super) fn check_signals(&mut self) {
        let declared: Vec<_> = self.names.of_kind(ItemKind::Signal).copied().collect();
        if let Some(one) = declared.get(MOST_SIGNALS) {
            let problem = MeaningProblem::TooMany {
                kind: ItemKind::Signal,
                most: MOST_SIGNALS,
            };
            self.findings.add(problem, one.name.span);
            return;
        }
        for one in declared {
            let ast::ItemKind::Signal(written) = &one.item.kind else {
                continue;
            };
            let read = self.signal(one.file, written).map(|(mut signal, known)| {
                signal.name = self.names.full_name(&one);
                let place = u32::try_from(self.signals.signals.len()).unwrap_or(u32::MAX);
                self.signals.signals.push(signal);
                (SignalId(place), known)
            });
            self.signals.read.insert(one.id, read);
        }
    }

    /// The signal, and the fields that are known where it comes.
    fn signal(&mut self, file: usize, written: &ast::Signal) -> Option<(Signal, Known)> {
        let trigger = match &written.trigger.as_ref()?.kind {
            ast::TriggerKind::Message => Trigger::Message,
            ast::TriggerKind::Event(path) => {
                let (name, _) =
                    self.schema
                        .event(file, path, &mut self.names, &mut self.findings)?;
                Trigger::Event(name)
            }
            ast::TriggerKind::Attachment(_)
            | ast::TriggerKind::Reaching { .. }
            | ast::TriggerKind::Rising { .. } => return None,
        };
        let mut known = self.schema.present_under(&trigger);
        let condition = match &written.condition {
            None => None,
            Some(written) => {
                let lowered = self.condition(file, written, &known)?;
                self.find_contradictions(&lowered.condition, written.span());
                self.report_needs(&lowered.needs);
                known.extend(&lowered.if_true);
                Some(lowered.condition)
            }
        };
        let signal = Signal {
            name: "".into(),
            trigger,
            condition,
        };
        Some((signal, known))
    }

    /// `愤怒 reaching 2 within 10m per customer`, and the fields that are known where it is reached.
    pub(super) fn reaching(
        &mut self,
        file: usize,
        path: &ast::Path,
        count: &ast::Limit,
    ) -> Option<(EdgeId, Known)> {
        let count = self.limit(count);
        let found = self
            .names
            .resolve(ItemKind::Signal, file, path, &mut self.findings)?;
        let (signal, known) = self.signals.read.get(&found.id).cloned().flatten()?;
        let count = count.filter(|it| it.window != LimitWindow::Whole)?;
        let edge = Edge::Reaching(Reaching { signal, count });
        Some((self.signals.number(edge)?, known))
    }

    /// `customer.anger rising above 60%`, and the fields that are known under a message.
    pub(super) fn rising(
        &mut self,
        file: usize,
        path: &ast::Path,
        above: &ast::Expression,
    ) -> Option<(EdgeId, Known)> {
        let dotted = path.dotted();
        let Some(field) = self.schema.visible(file, path, &mut self.names) else {
            let problem = self.schema.unknown_field(path, BareWord::Field);
            self.findings.add(problem, path.span);
            return None;
        };
        if !KEPT_NUMBERS.contains(&&*dotted) {
            let problem = MeaningProblem::CannotRise {
                field: dotted,
                known: shown_names(&KEPT_NUMBERS),
            };
            self.findings.add(problem, path.span);
            return None;
        }
        let value_type = self.schema.entry(field)?.field.value_type.clone();
        let above = self.constant(file, above, &value_type, &dotted)?;
        let known = self.schema.present_under(&Trigger::Message);
        let edge = Edge::Rising(Rising { field, above });
        Some((self.signals.number(edge)?, known))
    }

    /// `attachment image`, and the fields that are known where it is sent.
    pub(super) fn attached(&mut self, kind: AttachmentKind) -> Option<(EdgeId, Known)> {
        let known = self.schema.present_under(&Trigger::Attachment);
        Some((self.signals.number(Edge::Attached(kind))?, known))
    }
}
