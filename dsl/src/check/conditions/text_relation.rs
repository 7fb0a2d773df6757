//! Comparisons that look into a text or a list: keywords, whole texts, beginnings, patterns, elements.

use std::sync::Arc;

use regex::RegexBuilder;

use crate::ast::{self, ExpressionKind, Literal, Words, WordsKind};
use crate::bundle::{Condition, Folding, ListId, Predicate};
use crate::folding::fold;
use crate::problem::{ItemKind, MeaningProblem};
use crate::source::Span;
use crate::value::{Type, Value};

use super::super::Checker;
use super::super::constants::literal_type;
use super::super::limits::LARGEST_PATTERN;
use super::relation::FieldSide;
use super::{Known, Lowered, joined};

impl Checker<'_> {
    pub(super) fn has(
        &mut self,
        file: usize,
        left: &FieldSide,
        words: &Words,
        relation: &'static str,
        span: Span,
        known: &Known,
    ) -> Option<Lowered> {
        self.refuse_fallback(left, relation)?;
        let wants_all = relation == "has all of";
        if let (Type::List(element), WordsKind::Inline(texts)) = (&left.value_type, &words.kind)
            && **element == Type::Text
        {
            let parts = texts.iter().map(|text| {
                let predicate = Predicate::Contains {
                    field: left.field,
                    value: Value::Text(Arc::clone(&text.value)),
                };
                self.field_atom(left, predicate, text.span, known)
            });
            return Some(either(parts.collect(), wants_all));
        }
        self.check_text(left, relation)?;
        let list = self.word_list(file, words)?;
        let field = left.field;
        let predicate = if wants_all {
            Predicate::HasAll { field, list }
        } else {
            Predicate::HasAny { field, list }
        };
        Some(self.field_atom(left, predicate, span, known))
    }

    fn word_list(&mut self, file: usize, words: &Words) -> Option<ListId> {
        match &words.kind {
            WordsKind::Inline(texts) => self.inline_list(texts),
            WordsKind::List(path) => {
                let found = self
                    .names
                    .resolve(ItemKind::List, file, path, &mut self.findings)?;
                Some(ListId(found.id))
            }
        }
    }

    pub(super) fn has_one(
        &mut self,
        file: usize,
        left: &FieldSide,
        written: &ast::Expression,
        span: Span,
        known: &Known,
    ) -> Option<Lowered> {
        self.refuse_fallback(left, "has")?;
        let field = left.field;
        let predicate = match (&left.value_type, &written.kind) {
            (Type::List(element), _) => Predicate::Contains {
                field,
                value: self.constant(file, written, element, &left.path)?,
            },
            (Type::Text, ExpressionKind::Literal(Literal::Text(value))) => {
                let text = ast::Text {
                    value: Arc::clone(value),
                    span: written.span,
                };
                let list = self.inline_list(&[text])?;
                Predicate::HasAny { field, list }
            }
            (Type::Text, ExpressionKind::Literal(literal)) => {
                self.report_wrong_type(written.span, &Type::Text, literal_type(literal), "has");
                return None;
            }
            (Type::Text, _) => {
                self.constant(file, written, &Type::Text, &left.path)?;
                return None;
            }
            _ => {
                self.check_text(left, "has")?;
                return None;
            }
        };
        Some(self.field_atom(left, predicate, span, known))
    }

    /// What `is exactly`, `starts with` and `matches` have in common.
    pub(super) fn text_relation(
        &mut self,
        left: &FieldSide,
        text: &ast::Text,
        relation: &'static str,
    ) -> Option<()> {
        self.refuse_fallback(left, relation)?;
        self.check_text(left, relation)?;
        if fold(&text.value, Folding::DEFAULT).text().trim().is_empty() {
            self.findings.add(MeaningProblem::EmptyText {}, text.span);
            return None;
        }
        Some(())
    }

    /// The pattern must be one of the regex crate's linear-time language, and small.
    pub(super) fn check_pattern(&mut self, text: &ast::Text) -> Option<()> {
        let reason = match RegexBuilder::new(&text.value)
            .size_limit(LARGEST_PATTERN)
            .build()
        {
            Ok(_) => return Some(()),
            Err(regex::Error::Syntax(report)) => Some(last_line(&report)),
            Err(_) => None,
        };
        self.findings
            .add(MeaningProblem::BadPattern { reason }, text.span);
        None
    }

    fn check_text(&mut self, left: &FieldSide, relation: &'static str) -> Option<()> {
        if left.value_type == Type::Text {
            return Some(());
        }
        self.report_wrong_type(left.span, &Type::Text, left.value_type.clone(), relation);
        None
    }
}

/// Several elements of a list: all of them or any of them. One alone stands for itself.
fn either(mut parts: Vec<Lowered>, wants_all: bool) -> Lowered {
    let known = parts
        .first()
        .map(|part| part.if_true.clone())
        .unwrap_or_default();
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return only;
    }
    let join = if wants_all {
        Condition::All
    } else {
        Condition::Any
    };
    let mut lowered = joined(parts, known.clone(), known, join);
    // One field read several times is one need.
    lowered.needs.truncate(1);
    lowered
}

/// The parser of patterns draws its own carets; its last line says what is wrong.
fn last_line(report: &str) -> String {
    let last = report.lines().last().unwrap_or_default().trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}
