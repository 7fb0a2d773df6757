//! W0507: pictures and files that customers send and no rule hears of.
//!
//! Told to whoever answers everything else: rules that hear of some kinds but not of others, and rules of which one answers whatever
//! was not understood. A bundle that leaves most of what is said to people is not told.

use crate::ast;
use crate::bundle::{AttachmentKind, Edge, Guard, Rule, Trigger};
use crate::problem::{ItemKind, MeaningProblem};

use super::Checker;

impl Checker<'_> {
    /// Warns of kinds of attachments of which no rule hears.
    pub(super) fn find_unheard_attachments(&mut self, rules: &[Rule]) {
        let heard: Vec<AttachmentKind> = self
            .signals
            .edges
            .iter()
            .filter_map(|edge| match edge {
                Edge::Attached(kind) => Some(*kind),
                Edge::Reaching(_) | Edge::Rising(_) => None,
            })
            .collect();
        let hears_some = |rule: &Rule| {
            let mut edges = rule.edges.iter();
            edges.any(|edge| self.signals.comes_with(*edge, &Trigger::Attachment))
        };
        let answers_the_rest = |rule: &Rule| {
            matches!(rule.guard, Guard::Otherwise)
                && rule.during.is_empty()
                && rule.triggers.contains(&Trigger::Message)
        };
        let speaks_of_it = match heard.is_empty() {
            true => rules.iter().find(|rule| answers_the_rest(rule)),
            false => rules.iter().find(|rule| hears_some(rule)),
        };
        let Some(rule) = speaks_of_it else {
            return;
        };
        let kinds = AttachmentKind::ALL.into_iter();
        let unheard: Vec<String> = kinds
            .filter(|kind| !heard.contains(kind))
            .map(|kind| format!("`{}`", kind.name()))
            .collect();
        if unheard.is_empty() {
            return;
        }
        let mut declared = self.names.of_kind(ItemKind::Rule);
        let item = declared.find(|one| one.item.span == rule.span);
        let name = item.and_then(|one| match &one.item.kind {
            ast::ItemKind::Rule(rule) => Some(rule.name.span),
            _ => None,
        });
        let kinds = unheard.join(", ");
        let problem = MeaningProblem::AttachmentsUnheard { kinds };
        self.findings.add(problem, name.unwrap_or(rule.span));
    }
}
