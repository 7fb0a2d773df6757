//! Facts that scripts compute: where the script is, what it is given, what stands in for it.
//!
//! Whether the script can be read, and has the function, is told by whoever has the sandbox (`rules/`).

use std::collections::HashSet;

use crate::ast::{self, ExpressionKind};
use crate::bundle::{Operand, ScriptFact};
use crate::problem::{BareWord, ItemKind, MeaningProblem};
use crate::source::{FileId, SourceFile, Span};
use crate::value::Type;

use super::Checker;
use super::constants::shown_type;
use super::limits::{MOST_FACTS, MOST_STEPS};

/// All facts of scripts.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) facts: Vec<ScriptFact>,
    /// Scripts that some fact calls.
    called: HashSet<FileId>,
}

impl Checker<'_> {
    /// Reads all facts.
    pub(super) fn check_facts(&mut self) {
        let declared: Vec<_> = self.names.of_kind(ItemKind::Fact).copied().collect();
        if let Some(one) = declared.get(MOST_FACTS) {
            let problem = MeaningProblem::TooMany {
                kind: ItemKind::Fact,
                most: MOST_FACTS,
            };
            self.findings.add(problem, one.name.span);
            return;
        }
        for one in declared {
            if let ast::ItemKind::Fact(written) = &one.item.kind {
                let fact = self.fact_of_script(one.file, written, one.item.span);
                self.facts.facts.extend(fact);
            }
        }
    }

    /// Warns of scripts that nothing calls.
    pub(super) fn find_unused_scripts(&mut self) {
        for (id, file) in (0..).map(FileId).zip(self.sources.files()) {
            if file.is_script() && !self.facts.called.contains(&id) {
                let problem = MeaningProblem::UnusedScript {
                    file: file.path.to_string(),
                };
                let start = Span {
                    file: id,
                    start: 0,
                    end: 0,
                };
                self.findings.add(problem, start);
            }
        }
    }

    fn fact_of_script(
        &mut self,
        file: usize,
        written: &ast::Fact,
        span: Span,
    ) -> Option<ScriptFact> {
        let script = self.script(file, &written.function);
        let steps = self.steps(written.steps);
        let arguments: Vec<Option<Operand>> = written
            .arguments
            .iter()
            .map(|argument| self.script_argument(file, argument))
            .collect();
        let field = self.schema.find(&written.name.text)?;
        let value_type = self
            .schema
            .entry(field)
            .filter(|it| it.is_fact)?
            .field
            .value_type
            .clone();
        if !can_be_given(&value_type) {
            let found = shown_type(&value_type);
            let span = written.value_type.span;
            self.findings
                .add(MeaningProblem::NoScriptResult { found }, span);
            return None;
        }
        let otherwise = self.constant(file, &written.otherwise, &value_type, &written.name.text)?;
        let (script, source) = script?;
        Some(ScriptFact {
            field,
            file: script,
            source,
            function: written.function.text.clone(),
            arguments: arguments.into_iter().collect::<Option<_>>()?,
            steps: steps?,
            otherwise,
            span,
        })
    }

    /// The script of a function: beside the rule file, and named as the function is.
    fn script(
        &mut self,
        file: usize,
        function: &ast::Name,
    ) -> Option<(FileId, std::sync::Arc<str>)> {
        let tree = self.files.get(file)?;
        let rules = self.sources.file(tree.span.file)?;
        let directory = rules
            .path
            .rsplit_once('/')
            .map_or("", |(directory, _)| directory);
        let slash = if directory.is_empty() { "" } else { "/" };
        let path = format!(
            "{directory}{slash}{}{}",
            function.text,
            SourceFile::SCRIPT_END
        );
        let mut scripts = (0..).map(FileId).zip(self.sources.files());
        let Some((id, script)) = scripts.find(|(_, script)| *script.path == *path) else {
            self.findings
                .add(MeaningProblem::NoScript { file: path }, function.span);
            return None;
        };
        self.facts.called.insert(id);
        Some((id, script.text.clone()))
    }

    /// `Some(None)` if it is not said; `None` has been reported.
    fn steps(&mut self, written: Option<ast::Steps>) -> Option<Option<u64>> {
        let Some(steps) = written else {
            return Some(None);
        };
        if (1..=MOST_STEPS).contains(&steps.count) {
            return Some(Some(steps.count.into()));
        }
        let problem = MeaningProblem::StepsOutOfRange { most: MOST_STEPS };
        self.findings.add(problem, steps.span);
        None
    }

    fn script_argument(&mut self, file: usize, written: &ast::Operand) -> Option<Operand> {
        let ExpressionKind::Path(path) = &written.value.kind else {
            let problem = MeaningProblem::NoScriptArgument {
                written: self.written(written.value.span),
            };
            self.findings.add(problem, written.value.span);
            return None;
        };
        let Some(field) = self.schema.visible(file, path, &mut self.names) else {
            let problem = self.schema.unknown_field(path, BareWord::Field);
            self.findings.add(problem, path.span);
            return None;
        };
        let entry = self.schema.entry(field)?;
        if entry.is_fact {
            let written = path.dotted();
            self.findings
                .add(MeaningProblem::NoScriptArgument { written }, path.span);
            return None;
        }
        let (value_type, name) = (entry.field.value_type.clone(), entry.field.path.clone());
        let default = match &written.default {
            None => None,
            Some(default) => Some(self.constant(file, default, &value_type, &name)?),
        };
        Some(Operand::Field { field, default })
    }
}

/// Whether scripts have values of this type to give. What is left out are moments, days and names of zones and languages.
fn can_be_given(value_type: &Type) -> bool {
    match value_type {
        Type::Text
        | Type::Bool
        | Type::Int
        | Type::Decimal
        | Type::Percent
        | Type::Money
        | Type::Duration
        | Type::Enum(_) => true,
        Type::List(element) => **element == Type::Text,
        Type::TimeOfDay | Type::Date | Type::Timestamp | Type::Timezone | Type::Language => false,
    }
}
