//! Modules that come with the program, and what rules must leave to them: the names that begin with `std`, and the rank `safety`.
//!
//! A21: whoever asks for a person gets one. The rule for it is a standard one of rank `safety`; so as soon as a standard rule is in the
//! bundle, no rank stands above `safety` and no other rule stands in it. Floor, silence and ties then leave nothing that could keep
//! the standard rules from what they do.

use std::sync::Arc;

use crate::ast;
use crate::bundle::{Rank, RankId, TieBreak};
use crate::diagnostic::Diagnostic;
use crate::problem::MeaningProblem;

use super::Checker;

/// First word of the names of all standard modules.
const STANDARD: &str = "std";

/// The rank of standard rules.
pub(super) const SAFETY: &str = "safety";

impl Checker<'_> {
    /// Whether a file came with the program.
    pub(super) fn is_standard(&self, file: usize) -> bool {
        let tree = self.files.get(file);
        let file = tree.and_then(|tree| self.sources.file(tree.span.file));
        file.is_some_and(crate::source::SourceFile::is_standard)
    }

    /// Refuses modules of the author's that call themselves standard ones.
    pub(super) fn refuse_reserved_modules(&mut self) {
        for (file, tree) in self.files.iter().enumerate() {
            if let Some(module) = &tree.module
                && module
                    .names
                    .first()
                    .is_some_and(|first| *first.text == *STANDARD)
                && !self.is_standard(file)
            {
                let problem = MeaningProblem::ReservedModule {
                    module: module.dotted(),
                };
                self.findings.add(problem, module.span);
            }
        }
    }

    /// Puts the rank of standard rules in front, if there are any and no file declares it.
    pub(super) fn settle_safety(&mut self) {
        if !self.has_standard_rules() || self.settings.ranks.is_empty() {
            return;
        }
        let ranks = &self.settings.ranks;
        match ranks.iter().position(|rank| &*rank.name == SAFETY) {
            None => self.settings.ranks.insert(
                0,
                Rank {
                    name: SAFETY.into(),
                    ties: vec![TieBreak::LongestKeyword, TieBreak::FirstMentioned],
                },
            ),
            Some(0) => {}
            Some(_) => {
                let above = ranks.first().map(|rank| Arc::clone(&rank.name));
                let declared = self.files.iter().flat_map(|tree| &tree.items);
                let declared = declared.filter_map(|item| match &item.kind {
                    ast::ItemKind::Ranks(ranks) => ranks.names.first(),
                    _ => None,
                });
                if let (Some(first), Some(rank)) = (declared.into_iter().next(), above) {
                    let problem = MeaningProblem::PersonKeptAway { rank, above: true };
                    self.findings.push(Diagnostic::new(problem, first.span));
                }
            }
        }
    }

    /// Refuses a rule of the author's in the rank of the standard ones.
    pub(super) fn refuse_safety(&mut self, file: usize, written: &ast::Name, rank: RankId) {
        let name = self.settings.ranks.get(rank.index());
        let is_safety = name.is_some_and(|rank| &*rank.name == SAFETY);
        if is_safety && !self.is_standard(file) && self.has_standard_rules() {
            let problem = MeaningProblem::PersonKeptAway {
                rank: SAFETY.into(),
                above: false,
            };
            self.findings.add(problem, written.span);
        }
    }

    fn has_standard_rules(&self) -> bool {
        let files = self.files.iter().enumerate();
        let mut standard = files.filter(|(file, _)| self.is_standard(*file));
        standard.any(|(_, tree)| {
            let mut items = tree.items.iter();
            items.any(|item| matches!(item.kind, ast::ItemKind::Rule(_)))
        })
    }
}
