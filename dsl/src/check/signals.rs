//! Signals, and the counts of them that rules wait for.

use std::collections::HashMap;

use crate::ast;
use crate::bundle::{Edge, EdgeId, LimitWindow, Signal, SignalId, Trigger};
use crate::problem::{ItemKind, MeaningProblem};

use super::Checker;
use super::conditions::Known;
use super::limits::MOST_SIGNALS;

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
    /// What comes from outside when an edge is reached.
    pub(super) fn trigger_of(&self, edge: EdgeId) -> Option<&Trigger> {
        let edge = self.edges.get(edge.index())?;
        let signal = self.signals.get(edge.signal.index())?;
        Some(&signal.trigger)
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
            ast::TriggerKind::Reaching { .. } => return None,
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
    pub(super) fn edge(
        &mut self,
        file: usize,
        path: &ast::Path,
        count: &ast::Limit,
    ) -> Option<(EdgeId, Known)> {
        let reaching = self.limit(count);
        let found = self
            .names
            .resolve(ItemKind::Signal, file, path, &mut self.findings)?;
        let (signal, known) = self.signals.read.get(&found.id).cloned().flatten()?;
        let reaching = reaching.filter(|it| it.window != LimitWindow::Whole)?;
        let edge = Edge { signal, reaching };
        let signals = &mut self.signals;
        let next = EdgeId(u32::try_from(signals.edges.len()).ok()?);
        let id = *signals.numbers.entry(edge).or_insert_with(|| {
            signals.edges.push(edge);
            next
        });
        Some((id, known))
    }
}
