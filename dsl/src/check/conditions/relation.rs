//! One comparison: which types go together, and constants on the right.

use std::sync::Arc;

use crate::ast::{self, ExpressionKind, Literal, Relation};
use crate::bundle::{CalendarId, Comparison, FieldId, Operand, Predicate};
use crate::problem::{BareWord, MeaningProblem};
use crate::source::Span;
use crate::value::{Type, Value};

use super::super::Checker;
use super::super::constants::shown_type;
use super::super::schema::Presence;
use super::{Known, Lowered, negated};

/// A field on one side of a comparison.
pub(super) struct FieldSide {
    pub(super) field: FieldId,
    pub(super) path: Arc<str>,
    pub(super) value_type: Type,
    default: Option<Value>,
    pub(super) span: Span,
}

impl FieldSide {
    fn operand(&self) -> Operand {
        Operand::Field {
            field: self.field,
            default: self.default.clone(),
        }
    }

    /// The field and its place, if it is read without a fallback.
    fn read(&self) -> Option<(FieldId, Span)> {
        self.default.is_none().then_some((self.field, self.span))
    }
}

impl Checker<'_> {
    pub(super) fn relation(
        &mut self,
        file: usize,
        left: &ast::Operand,
        relation: &Relation,
        span: Span,
        known: &Known,
    ) -> Option<Lowered> {
        if let Relation::Compare { comparison, right } = relation {
            return self.compare(file, left, *comparison, right, span, known);
        }
        let left = self.field_side(file, left)?;
        match relation {
            Relation::Compare { .. } => None,
            Relation::OneOf(values) => {
                let values = self.one_of(file, &left, values)?;
                let left_operand = left.operand();
                let predicate = Predicate::OneOf {
                    left: left_operand,
                    values,
                };
                Some(self.field_atom(&left, predicate, span, known))
            }
            Relation::Between { low, high } => {
                let predicate = self.between(file, &left, low, high)?;
                Some(self.field_atom(&left, predicate, span, known))
            }
            Relation::Known => {
                self.refuse_fallback(&left, "is known")?;
                let mut lowered = self.atom(Predicate::Known(left.field), span, &[], known);
                lowered.if_true.insert(left.field);
                Some(lowered)
            }
            Relation::HasAny(words) => self.has(file, &left, words, "has any of", span, known),
            Relation::HasAll(words) => self.has(file, &left, words, "has all of", span, known),
            Relation::HasNone(words) => self
                .has(file, &left, words, "has none of", span, known)
                .map(negated),
            Relation::Has(value) => self.has_one(file, &left, value, span, known),
            Relation::IsExactly(text) => {
                self.text_relation(&left, text, "is exactly")?;
                let predicate = Predicate::IsExactly {
                    field: left.field,
                    text: Arc::clone(&text.value),
                };
                Some(self.field_atom(&left, predicate, span, known))
            }
            Relation::StartsWith(text) => {
                self.text_relation(&left, text, "starts with")?;
                let predicate = Predicate::StartsWith {
                    field: left.field,
                    prefix: Arc::clone(&text.value),
                };
                Some(self.field_atom(&left, predicate, span, known))
            }
            Relation::Matches(text) => {
                self.text_relation(&left, text, "matches")?;
                self.check_pattern(text)?;
                let predicate = Predicate::Matches {
                    field: left.field,
                    pattern: Arc::clone(&text.value),
                };
                Some(self.field_atom(&left, predicate, span, known))
            }
        }
    }

    pub(super) fn field_atom(
        &self,
        left: &FieldSide,
        predicate: Predicate,
        span: Span,
        known: &Known,
    ) -> Lowered {
        self.atom(predicate, span, left.read().as_slice(), known)
    }

    /// The field on the left of a relation other than a comparison.
    fn field_side(&mut self, file: usize, operand: &ast::Operand) -> Option<FieldSide> {
        if let Some(side) = self.visible_field(file, operand) {
            return side;
        }
        match &operand.value.kind {
            ExpressionKind::Path(path) if self.visible_calendar(file, path).is_some() => {
                self.report_not_open_or_closed(path, path.span);
            }
            ExpressionKind::Path(path) => {
                let problem = self.schema.unknown_field(path, BareWord::Field);
                self.findings.add(problem, path.span);
            }
            ExpressionKind::Literal(_) | ExpressionKind::List(_) => {
                self.findings
                    .add(MeaningProblem::NothingCompared {}, operand.span);
            }
        }
        None
    }

    /// `None` if the operand is no field; `Some(None)` if it is one with a fallback that was reported.
    fn visible_field(&mut self, file: usize, operand: &ast::Operand) -> Option<Option<FieldSide>> {
        let ExpressionKind::Path(path) = &operand.value.kind else {
            return None;
        };
        let field = self.schema.visible(file, path, &mut self.names)?;
        let entry = self.schema.entry(field)?;
        let value_type = entry.field.value_type.clone();
        let path_text = Arc::clone(&entry.field.path);
        let is_always_there = entry.presence == Presence::Always;
        let default = match &operand.default {
            None => None,
            Some(written) => {
                if is_always_there {
                    let problem = MeaningProblem::NeedlessFallback {
                        field: Arc::clone(&path_text),
                    };
                    self.findings.add(problem, written.span);
                }
                let Some(value) = self.constant(file, written, &value_type, &path_text) else {
                    return Some(None);
                };
                Some(value)
            }
        };
        Some(Some(FieldSide {
            field,
            path: path_text,
            value_type,
            default,
            span: path.span,
        }))
    }

    fn compare(
        &mut self,
        file: usize,
        left: &ast::Operand,
        comparison: Comparison,
        right: &ast::Operand,
        span: Span,
        known: &Known,
    ) -> Option<Lowered> {
        if let Some((calendar, path)) = self.calendar_side(file, left) {
            return self.open_or_closed(calendar, path, comparison, right, span, known);
        }
        match (
            self.visible_field(file, left),
            self.visible_field(file, right),
        ) {
            (Some(left), Some(right)) => {
                self.compare_fields(&left?, comparison, &right?, span, known)
            }
            (Some(left), None) => {
                let left = left?;
                self.compare_constant(file, &left, comparison, right, span, known)
            }
            (None, Some(right)) => {
                let right = right?;
                self.compare_constant(file, &right, flipped(comparison), left, span, known)
            }
            (None, None) => {
                self.report_nothing_compared(left, right, span);
                None
            }
        }
    }

    /// The calendar on the left of `is open`, unless a field has its name.
    fn calendar_side<'p>(
        &mut self,
        file: usize,
        operand: &'p ast::Operand,
    ) -> Option<(CalendarId, &'p ast::Path)> {
        let ExpressionKind::Path(path) = &operand.value.kind else {
            return None;
        };
        if self.schema.find(&path.dotted()).is_some() || operand.default.is_some() {
            return None;
        }
        Some((self.visible_calendar(file, path)?, path))
    }

    /// `客服时间 is open`
    fn open_or_closed(
        &mut self,
        calendar: CalendarId,
        path: &ast::Path,
        comparison: Comparison,
        right: &ast::Operand,
        span: Span,
        known: &Known,
    ) -> Option<Lowered> {
        let word = match (&right.value.kind, &right.default) {
            (ExpressionKind::Path(word), None) => word.dotted(),
            _ => String::new(),
        };
        let is_open = match (word.as_str(), comparison) {
            ("open", Comparison::Equal) | ("closed", Comparison::NotEqual) => true,
            ("open", Comparison::NotEqual) | ("closed", Comparison::Equal) => false,
            _ => {
                self.report_not_open_or_closed(path, span);
                return None;
            }
        };
        let lowered = self.atom(Predicate::Open(calendar), span, &[], known);
        Some(if is_open { lowered } else { negated(lowered) })
    }

    pub(super) fn report_not_open_or_closed(&mut self, path: &ast::Path, span: Span) {
        let calendar = path.dotted();
        self.findings
            .add(MeaningProblem::NotOpenOrClosed { calendar }, span);
    }

    fn report_nothing_compared(&mut self, left: &ast::Operand, right: &ast::Operand, span: Span) {
        let path = [left, right]
            .into_iter()
            .find_map(|side| match &side.value.kind {
                ExpressionKind::Path(path) => Some(path),
                _ => None,
            });
        match path {
            Some(path) => {
                let problem = self.schema.unknown_field(path, BareWord::Field);
                self.findings.add(problem, path.span);
            }
            None => self.findings.add(MeaningProblem::NothingCompared {}, span),
        }
    }

    fn compare_fields(
        &mut self,
        left: &FieldSide,
        comparison: Comparison,
        right: &FieldSide,
        span: Span,
        known: &Known,
    ) -> Option<Lowered> {
        if left.value_type != right.value_type {
            self.report_wrong_type(
                right.span,
                &left.value_type,
                right.value_type.clone(),
                &left.path,
            );
            return None;
        }
        self.check_order(left, comparison)?;
        let predicate = Predicate::Compare {
            left: left.operand(),
            comparison,
            right: right.operand(),
        };
        let read: Vec<(FieldId, Span)> = left.read().into_iter().chain(right.read()).collect();
        Some(self.atom(predicate, span, &read, known))
    }

    fn compare_constant(
        &mut self,
        file: usize,
        left: &FieldSide,
        comparison: Comparison,
        right: &ast::Operand,
        span: Span,
        known: &Known,
    ) -> Option<Lowered> {
        self.refuse_list(left, operator(comparison))?;
        self.check_order(left, comparison)?;
        let value = self.constant(file, &right.value, &left.value_type, &left.path)?;
        if let Some(default) = &right.default {
            let problem = MeaningProblem::FallbackNotAllowed {
                relation: operator(comparison),
            };
            self.findings.add(problem, default.span);
            return None;
        }
        if let Some(default) = &left.default {
            self.check_currencies(default, &value, span)?;
        }
        if let Value::Bool(yes) = value {
            let lowered = self.field_atom(left, Predicate::IsTrue(left.operand()), span, known);
            let is_asked_for = yes == (comparison == Comparison::Equal);
            return Some(if is_asked_for {
                lowered
            } else {
                negated(lowered)
            });
        }
        let predicate = Predicate::Compare {
            left: left.operand(),
            comparison,
            right: Operand::Constant(value),
        };
        Some(self.field_atom(left, predicate, span, known))
    }

    fn one_of(
        &mut self,
        file: usize,
        left: &FieldSide,
        written: &[ast::Expression],
    ) -> Option<Vec<Value>> {
        self.refuse_list(left, "in")?;
        let read: Vec<Option<Value>> = written
            .iter()
            .map(|value| self.constant(file, value, &left.value_type, &left.path))
            .collect();
        let mut values: Vec<Value> = Vec::with_capacity(read.len());
        for value in read {
            let value = value?;
            if !values.contains(&value) {
                values.push(value);
            }
        }
        (!values.is_empty()).then_some(values)
    }

    fn between(
        &mut self,
        file: usize,
        left: &FieldSide,
        low: &ast::Expression,
        high: &ast::Expression,
    ) -> Option<Predicate> {
        self.check_order(left, Comparison::AtLeast)?;
        let is_time = |bound: &ast::Expression| {
            matches!(bound.kind, ExpressionKind::Literal(Literal::TimeOfDay(_)))
        };
        // A moment lies between two times of day on whatever day it is.
        let needed = match left.value_type {
            Type::Timestamp if is_time(low) || is_time(high) => &Type::TimeOfDay,
            _ => &left.value_type,
        };
        let low_value = self.constant(file, low, needed, &left.path);
        let high_value = self.constant(file, high, needed, &left.path);
        let (low_value, high_value) = (low_value?, high_value?);
        self.check_currencies(&low_value, &high_value, high.span)?;
        Some(Predicate::Between {
            left: left.operand(),
            low: low_value,
            high: high_value,
        })
    }

    fn refuse_list(&mut self, left: &FieldSide, relation: &'static str) -> Option<()> {
        let Type::List(element) = &left.value_type else {
            return Some(());
        };
        self.report_wrong_type(left.span, element, left.value_type.clone(), relation);
        None
    }

    pub(super) fn refuse_fallback(
        &mut self,
        left: &FieldSide,
        relation: &'static str,
    ) -> Option<()> {
        if left.default.is_none() {
            return Some(());
        }
        self.findings
            .add(MeaningProblem::FallbackNotAllowed { relation }, left.span);
        None
    }

    fn check_order(&mut self, left: &FieldSide, comparison: Comparison) -> Option<()> {
        let needs_order = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if !needs_order || is_ordered(&left.value_type) {
            return Some(());
        }
        let problem = MeaningProblem::NotOrdered {
            relation: operator(comparison),
            field: Arc::clone(&left.path),
            found: shown_type(&left.value_type),
        };
        self.findings.add(problem, left.span);
        None
    }

    fn check_currencies(&mut self, left: &Value, right: &Value, span: Span) -> Option<()> {
        match (left, right) {
            (
                Value::Money { currency: left, .. },
                Value::Money {
                    currency: right, ..
                },
            ) if left != right => {
                let problem = MeaningProblem::CurrenciesDiffer {
                    left: left.to_string(),
                    right: right.to_string(),
                };
                self.findings.add(problem, span);
                None
            }
            _ => Some(()),
        }
    }
}

fn is_ordered(value_type: &Type) -> bool {
    matches!(
        value_type,
        Type::Int
            | Type::Decimal
            | Type::Percent
            | Type::Money
            | Type::Duration
            | Type::TimeOfDay
            | Type::Date
            | Type::Timestamp
    )
}

fn flipped(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::Equal,
        Comparison::NotEqual => Comparison::NotEqual,
        Comparison::Less => Comparison::Greater,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::Greater => Comparison::Less,
        Comparison::AtLeast => Comparison::AtMost,
    }
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "is",
        Comparison::NotEqual => "is not",
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::Greater => ">",
        Comparison::AtLeast => ">=",
    }
}
