//! What is declared or used and then not needed. Looked for only in bundles without errors: a name that could not
//! be resolved would make others look unused.

use crate::problem::{ItemKind, MeaningProblem};

use super::Checker;

/// Modules of this name come with the program; nobody needs all of them.
const STANDARD: &str = "std";

/// Kinds that are worth nothing unless something names them.
const NEEDED: [ItemKind; 8] = [
    ItemKind::List,
    ItemKind::Queue,
    ItemKind::Template,
    ItemKind::Condition,
    ItemKind::Calendar,
    ItemKind::Holidays,
    ItemKind::Signal,
    ItemKind::Fact,
];

impl Checker<'_> {
    /// Warns of what nothing uses.
    pub(super) fn find_unused(&mut self) {
        for (name, span) in self.names.needless_uses() {
            let problem = MeaningProblem::UnusedUse {
                name: name.to_string(),
            };
            self.findings.add(problem, span);
        }
        for kind in NEEDED {
            for one in self.names.of_kind(kind) {
                let is_default = self
                    .settings
                    .default_queue
                    .is_some_and(|queue| kind == ItemKind::Queue && queue.0 == one.id);
                let module = self.names.module(one.file);
                let is_standard = module.split('.').next() == Some(STANDARD);
                if !is_default && !is_standard && !self.names.is_used(one) {
                    let problem = MeaningProblem::Unused {
                        kind,
                        name: one.name.text.to_string(),
                    };
                    self.findings.add(problem, one.name.span);
                }
            }
        }
    }
}
