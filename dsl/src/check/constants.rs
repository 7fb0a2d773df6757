//! Constants: what an author wrote becomes a value of the type that is needed, or a finding.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::ast::{Expression, ExpressionKind, Literal, Path};
use crate::diagnostic::Diagnostic;
use crate::problem::meaning::percentage;
use crate::problem::{BareWord, ItemKind, MeaningProblem};
use crate::source::Span;
use crate::value::{Type, Value};

use super::Checker;
use crate::nearest::nearest;

/// How many members of an enum a finding lists.
const MOST_MEMBERS_SHOWN: usize = 8;

impl Checker<'_> {
    /// The value of `written` as a `needed`; `what` needs it (a field, a parameter). `None` has been reported.
    pub(super) fn constant(
        &mut self,
        file: usize,
        written: &Expression,
        needed: &Type,
        what: &str,
    ) -> Option<Value> {
        match &written.kind {
            ExpressionKind::Literal(literal) => self.literal(literal, written.span, needed, what),
            ExpressionKind::Path(path) => self.word(file, path, needed, what),
            ExpressionKind::List(elements) => {
                let Type::List(element) = needed else {
                    let found = Type::List(Box::new(Type::Text));
                    self.report_wrong_type(written.span, needed, found, what);
                    return None;
                };
                let values: Vec<Option<Value>> = elements
                    .iter()
                    .map(|one| self.constant(file, one, element, what))
                    .collect();
                values.into_iter().collect::<Option<_>>().map(Value::List)
            }
        }
    }

    /// A bare word: a member or a language where one is needed.
    fn word(&mut self, file: usize, path: &Path, needed: &Type, what: &str) -> Option<Value> {
        let single = path.single().map(|name| Arc::clone(&name.text));
        match (needed, single) {
            (Type::Enum(name), Some(word)) if self.schema.members(name).contains(&word) => {
                return Some(Value::Member(word));
            }
            (Type::Language, Some(word)) if is_language(&word) => {
                return Some(Value::Language(word));
            }
            _ => {}
        }
        if let Some(field) = self.schema.visible(file, path, &mut self.names) {
            let found = self
                .schema
                .entry(field)
                .map(|entry| &entry.field.value_type);
            if found == Some(needed) {
                let written = path.dotted();
                self.findings
                    .add(MeaningProblem::NotConstant { written }, path.span);
            } else if let Some(found) = found.cloned() {
                self.report_wrong_type(path.span, needed, found, what);
            }
            return None;
        }
        let problem = match (needed, path.single()) {
            (Type::Enum(of), Some(name)) => self.unknown_member(of, &name.text),
            (Type::Language, Some(name)) => {
                self.report_language(&name.text, path.span);
                return None;
            }
            (Type::Text, Some(name)) => {
                let list = self.names.visible(ItemKind::List, file, &name.text);
                let word = match list {
                    Some(_) => BareWord::List,
                    None => BareWord::Text,
                };
                self.schema.unknown_field(path, word)
            }
            _ => self.schema.unknown_field(path, BareWord::Field),
        };
        self.findings.add(problem, path.span);
        None
    }

    fn unknown_member(&self, of: &Arc<str>, name: &str) -> MeaningProblem {
        let members = self.schema.members(of);
        let shown: Vec<String> = members
            .iter()
            .take(MOST_MEMBERS_SHOWN)
            .map(|member| format!("`{member}`"))
            .collect();
        let more = if members.len() > MOST_MEMBERS_SHOWN {
            " …"
        } else {
            ""
        };
        MeaningProblem::UnknownMember {
            of: last_word(of),
            name: name.to_owned(),
            nearest: nearest(name, members.iter().map(|member| &**member)).map(str::to_owned),
            members: format!("{}{more}", shown.join(", ")),
        }
    }

    fn literal(
        &mut self,
        literal: &Literal,
        span: Span,
        needed: &Type,
        what: &str,
    ) -> Option<Value> {
        let value = match (literal, needed) {
            (Literal::Text(text), Type::Text) => Value::Text(Arc::clone(text)),
            (Literal::Text(zone), Type::Timezone) => {
                return self.timezone(zone, span).map(Value::Timezone);
            }
            (Literal::Bool(yes), Type::Bool) => Value::Bool(*yes),
            (Literal::Integer(number), Type::Int | Type::Decimal)
            | (Literal::Decimal(number), Type::Decimal) => Value::Number(*number),
            (Literal::Percent(percent), Type::Percent) => return self.percent(*percent, span),
            (Literal::Money { currency, amount }, Type::Money) => Value::Money {
                currency: *currency,
                amount: *amount,
            },
            (Literal::Duration(duration), Type::Duration) => Value::Duration(*duration),
            (Literal::TimeOfDay(time), Type::TimeOfDay) => Value::TimeOfDay(*time),
            (Literal::Date(date), Type::Date) => Value::Date(*date),
            (Literal::Moment(moment), Type::Timestamp) => {
                let moment = moment.to_zoned(self.settings.timezone.clone()).ok()?;
                Value::Timestamp(moment.timestamp())
            }
            (Literal::LanguageTag(tag), Type::Language) => {
                if !is_language(tag) {
                    self.report_language(tag, span);
                    return None;
                }
                Value::Language(Arc::clone(tag))
            }
            _ => {
                self.report_wrong_type(span, needed, literal_type(literal), what);
                return None;
            }
        };
        Some(value)
    }

    fn percent(&mut self, percent: Decimal, span: Span) -> Option<Value> {
        if percent > Decimal::ONE_HUNDRED {
            let written = self.written(span);
            self.findings
                .add(MeaningProblem::PercentOutOfRange { written }, span);
            return None;
        }
        Some(Value::Percent(percent))
    }

    /// Reports a tag that is no language, with the fix where one was meant.
    pub(super) fn report_language(&mut self, tag: &str, span: Span) {
        let meant = language_meant(tag);
        let problem = MeaningProblem::BadLanguageTag {
            tag: tag.to_owned(),
            meant,
        };
        let finding = Diagnostic::new(problem, span);
        self.findings.push(match meant {
            Some(meant) => finding.with_fix(span, meant),
            None => finding,
        });
    }

    /// Reports a value of the wrong type, with the fix where there is only one.
    pub(super) fn report_wrong_type(&mut self, span: Span, needed: &Type, found: Type, what: &str) {
        let written = self.written(span);
        let fix = match (needed, &found) {
            (Type::Percent, Type::Int | Type::Decimal) => percentage::meant(&written),
            (Type::Language | Type::Enum(_), Type::Text) => {
                let bare = written.trim_matches('"');
                let fits = match needed {
                    Type::Enum(name) => self
                        .schema
                        .members(name)
                        .iter()
                        .any(|member| **member == *bare),
                    _ => is_language(bare),
                };
                fits.then(|| bare.to_owned())
            }
            _ => None,
        };
        let problem = MeaningProblem::WrongType {
            what: what.to_owned(),
            needed: shown_type(needed),
            written,
            found: shown_type(&found),
        };
        let finding = Diagnostic::new(problem, span);
        self.findings.push(match fix {
            Some(fix) => finding.with_fix(span, fix),
            None => finding,
        });
    }
}

/// What kind of constant it is by itself.
pub(super) fn literal_type(literal: &Literal) -> Type {
    match literal {
        Literal::Text(_) => Type::Text,
        Literal::Bool(_) => Type::Bool,
        Literal::Integer(_) => Type::Int,
        Literal::Decimal(_) => Type::Decimal,
        Literal::Percent(_) => Type::Percent,
        Literal::Money { .. } => Type::Money,
        Literal::Duration(_) => Type::Duration,
        Literal::TimeOfDay(_) => Type::TimeOfDay,
        Literal::Date(_) => Type::Date,
        Literal::Moment(_) => Type::Timestamp,
        Literal::LanguageTag(_) => Type::Language,
    }
}

/// Whether rules can ask for this language.
pub(super) fn is_language(tag: &str) -> bool {
    has_the_shape_of_a_tag(tag) && language_meant(tag).is_none()
}

/// The language meant by a tag that no conversation ever has: a country's, or Chinese by the place instead of the script.
pub(super) fn language_meant(tag: &str) -> Option<&'static str> {
    match tag.to_ascii_lowercase().as_str() {
        "cn" | "zh-cn" | "zh-sg" | "zh-hans" | "zh-hans-cn" => Some("zh"),
        "tw" | "hk" | "zh-tw" | "zh-hk" | "zh-mo" => Some("zh-Hant"),
        "jp" => Some("ja"),
        "us" | "gb" => Some("en"),
        _ => None,
    }
}

/// Whether it has the shape of a language tag: a language of two or three letters, then parts of up to eight letters or digits.
fn has_the_shape_of_a_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let is_language =
        (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    is_language
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// Enums are shown by the name their author gave them, without the module.
pub(super) fn shown_type(shown: &Type) -> Type {
    match shown {
        Type::Enum(name) => Type::Enum(last_word(name)),
        Type::List(element) => Type::List(Box::new(shown_type(element))),
        other => other.clone(),
    }
}

fn last_word(name: &Arc<str>) -> Arc<str> {
    match name.rsplit_once('.') {
        // Built-in enums have one name everywhere, dots included.
        Some((_, last))
            if !super::builtin::ENUMS
                .iter()
                .any(|(known, _)| **known == **name) =>
        {
            last.into()
        }
        _ => Arc::clone(name),
    }
}
