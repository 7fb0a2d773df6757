//! A message and facts, made up so that two rules may fire on it, and the straight way to see whether one does.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::boundary;
use crate::bundle::{
    Comparison, Condition, FieldId, Folding, KeywordList, Operand, PeopleState, Predicate, Trigger,
};
use crate::folding::fold;
use crate::language_range::is_within;
use crate::negation::is_negated;
use crate::value::{Type, Value};

use super::super::builtin::{BOT, STATE};
use super::super::contradictions::{Demands, Subject, all_demands, demands};
use super::super::schema::Schema;
use super::super::value_sets::{ValueSet, everything, name_of, number_in, number_of, yes_or_no};
use super::evidence::Alternative;

/// What a customer writes where no word matters.
const ANY_TEXT: &str = "…";

/// Facts of one moment.
pub(super) struct Witness {
    facts: BTreeMap<FieldId, Value>,
    text: Option<FieldId>,
}

impl Witness {
    /// Facts that both alternatives may accept, with `word` as the whole text; `None` if they exclude each other, or
    /// if no example comes to mind.
    pub(super) fn imagine(
        schema: &Schema,
        trigger: &Trigger,
        word: Option<&Arc<str>>,
        one: &Alternative<'_>,
        other: &Alternative<'_>,
    ) -> Option<Self> {
        let text = schema.find("text").filter(|_| *trigger == Trigger::Message);
        let mut witness = Self {
            facts: BTreeMap::new(),
            text,
        };
        if let Some(text) = text {
            witness.facts.insert(text, Value::Text(ANY_TEXT.into()));
        }
        let evidence = one.evidence.as_ref().or(other.evidence.as_ref());
        if let (Some(evidence), Some(word)) = (evidence, word) {
            witness
                .facts
                .insert(evidence.field(), Value::Text(Arc::clone(word)));
        }
        let comparisons = one.comparisons.iter().chain(&other.comparisons);
        let all = all_demands(comparisons.map(|(atom, wanted)| {
            // Texts are tried out, not reasoned about.
            demands(schema, &Condition::Atom((*atom).clone()), *wanted)
        }));
        let Demands::Of(all) = all else {
            return None;
        };
        for (subject, set) in &all {
            witness.fulfil(schema, subject, set)?;
        }
        Some(witness)
    }

    /// The same while people own the conversation; with `None` the bot answers, which is worth a word only where the facts speak of it.
    pub(super) fn owned_by(mut self, schema: &Schema, state: Option<PeopleState>) -> Self {
        if let Some(field) = schema.find(STATE)
            && (state.is_some() || self.facts.contains_key(&field))
        {
            let name = state.map_or(BOT, PeopleState::name);
            self.facts.insert(field, Value::Member(name.into()));
        }
        self
    }

    fn fulfil(&mut self, schema: &Schema, subject: &Subject, set: &ValueSet) -> Option<()> {
        let (field, value) = match subject {
            Subject::Value(field) => {
                let value_type = &schema.entry(*field)?.field.value_type;
                (*field, value_in(set, value_type)?)
            }
            Subject::Presence(field) if is_yes(set) && !self.facts.contains_key(field) => {
                let value_type = &schema.entry(*field)?.field.value_type;
                let members = match value_type {
                    Type::Enum(name) => schema.members(name),
                    _ => &[],
                };
                let any = everything(value_type, members)?;
                (*field, value_in(&any, value_type)?)
            }
            Subject::Holds(Predicate::Contains { field, value }) if is_yes(set) => {
                let mut elements = match self.facts.remove(field) {
                    Some(Value::List(elements)) => elements,
                    _ => Vec::new(),
                };
                elements.push(value.clone());
                (*field, Value::List(elements))
            }
            // A list without the element.
            Subject::Holds(Predicate::Contains { field, .. })
                if !self.facts.contains_key(field) =>
            {
                (*field, Value::List(Vec::new()))
            }
            Subject::Presence(_) | Subject::Holds(_) => return Some(()),
            // No moment is made up for a time of day.
            Subject::TimeOfDay(_) => return None,
        };
        match (subject, self.facts.get(&field)) {
            // The text is the word; whether it fits is seen when it is tried out.
            (Subject::Value(_), Some(Value::Text(_))) => {}
            _ => {
                self.facts.insert(field, value);
            }
        }
        Some(())
    }

    /// These facts and no others.
    #[cfg(test)]
    pub(super) fn of(facts: BTreeMap<FieldId, Value>) -> Self {
        Self { facts, text: None }
    }

    /// Whether a rule with this condition fires: certainly true, not unknown.
    pub(super) fn fires(&self, condition: &Condition, lists: &[KeywordList]) -> bool {
        self.answer(condition, lists) == Some(true)
    }

    pub(super) fn answer(&self, condition: &Condition, lists: &[KeywordList]) -> Option<bool> {
        match condition {
            Condition::Not(inner) => self.answer(inner, lists).map(|answer| !answer),
            Condition::Named { body, .. } => self.answer(body, lists),
            Condition::Atom(atom) => self.compare(&atom.predicate, lists),
            Condition::All(parts) => self.several(parts, lists, false),
            Condition::Any(parts) => self.several(parts, lists, true),
        }
    }

    /// One part that is `decisive` decides; otherwise an unknown one leaves it open.
    fn several(&self, parts: &[Condition], lists: &[KeywordList], decisive: bool) -> Option<bool> {
        let mut together = Some(!decisive);
        for part in parts {
            match self.answer(part, lists) {
                Some(answer) if answer == decisive => return Some(decisive),
                Some(_) => {}
                None => together = None,
            }
        }
        together
    }

    fn compare(&self, predicate: &Predicate, lists: &[KeywordList]) -> Option<bool> {
        match predicate {
            Predicate::Known(field) => Some(self.facts.contains_key(field)),
            Predicate::IsTrue(operand) => match self.value(operand)? {
                Value::Bool(yes) => Some(*yes),
                _ => None,
            },
            Predicate::Compare {
                left,
                comparison,
                right,
            } => compare_values(self.value(left)?, *comparison, self.value(right)?),
            Predicate::OneOf { left, values } => {
                let value = self.value(left)?;
                let same = values
                    .iter()
                    .any(|one| compare_values(value, Comparison::Equal, one) == Some(true));
                Some(same)
            }
            Predicate::Between { left, low, high } => {
                let value = self.value(left)?;
                let from = compare_values(value, Comparison::AtLeast, low)?;
                Some(from && compare_values(value, Comparison::Less, high)?)
            }
            Predicate::HasAny { field, list } => {
                let list = lists.get(list.index())?;
                let text = self.text_of(*field, list.folding)?;
                Some(
                    list.keywords
                        .iter()
                        .any(|keyword| counts(list, keyword, &text)),
                )
            }
            Predicate::HasAll { field, list } => {
                let list = lists.get(list.index())?;
                let text = self.text_of(*field, list.folding)?;
                Some(
                    list.keywords
                        .iter()
                        .all(|keyword| counts(list, keyword, &text)),
                )
            }
            Predicate::StartsWith { field, prefix } => {
                let text = self.text_of(*field, Folding::DEFAULT)?;
                let prefix = fold(prefix, Folding::DEFAULT);
                Some(text.trim_start().starts_with(prefix.text().trim_start()))
            }
            Predicate::IsExactly { field, text } => {
                let found = self.text_of(*field, Folding::DEFAULT)?;
                Some(found.trim() == fold(text, Folding::DEFAULT).text().trim())
            }
            Predicate::Contains { field, value } => match self.facts.get(field)? {
                Value::List(elements) => Some(elements.contains(value)),
                _ => None,
            },
            // Not worked out here, so never claimed.
            Predicate::Matches { .. } | Predicate::Open(_) => None,
        }
    }

    fn value<'v>(&'v self, operand: &'v Operand) -> Option<&'v Value> {
        match operand {
            Operand::Constant(value) => Some(value),
            Operand::Field { field, default } => self.facts.get(field).or(default.as_ref()),
        }
    }

    fn text_of(&self, field: FieldId, folding: Folding) -> Option<String> {
        match self.facts.get(&field)? {
            Value::Text(text) => Some(fold(text, folding).text().to_owned()),
            _ => None,
        }
    }

    /// As a line of a test.
    pub(super) fn written(&self, schema: &Schema, trigger: &Trigger) -> String {
        let text = self.text.and_then(|field| self.facts.get(&field));
        let happens = match (trigger, text) {
            (Trigger::Message, Some(Value::Text(text))) => format!("customer says \"{text}\""),
            (Trigger::Message, _) => format!("customer says \"{ANY_TEXT}\""),
            (Trigger::Attachment, _) => "customer sends image".to_owned(),
            (Trigger::Event(name) | Trigger::Outreach(name), _) => format!("event {name}"),
        };
        let facts: Vec<String> = self
            .facts
            .iter()
            .filter(|(field, _)| Some(**field) != self.text)
            .filter_map(|(field, value)| {
                let path = &schema.entry(*field)?.field.path;
                Some(format!("{path} {}", written_value(value)))
            })
            .collect();
        if facts.is_empty() {
            happens
        } else {
            format!("{happens} with {}", facts.join(", "))
        }
    }
}

fn is_yes(set: &ValueSet) -> bool {
    matches!(set, ValueSet::Names { of, .. } if of.contains(&yes_or_no(true)))
}

/// Whether the keyword stands in the folded text, outside what the list excepts.
fn counts(list: &KeywordList, keyword: &str, text: &str) -> bool {
    let keyword = fold(keyword, list.folding);
    let excepted: Vec<std::ops::Range<usize>> = list
        .except
        .iter()
        .flat_map(|phrase| {
            let phrase = fold(phrase, list.folding);
            let found = text.match_indices(phrase.text());
            found
                .map(|(start, found)| start..start + found.len())
                .collect::<Vec<_>>()
        })
        .collect();
    text.match_indices(keyword.text()).any(|(start, found)| {
        let end = start + found.len();
        let is_excepted = excepted
            .iter()
            .any(|phrase| phrase.start <= start && end <= phrase.end);
        let is_negated = list.except_when_negated && is_negated(text, start);
        !is_excepted && !is_negated && boundary::stands(text, start..end, list.boundary)
    })
}

fn compare_values(left: &Value, comparison: Comparison, right: &Value) -> Option<bool> {
    if let (
        Value::Money { currency: one, .. },
        Value::Money {
            currency: other, ..
        },
    ) = (left, right)
        && one != other
    {
        return None;
    }
    if let (Value::Language(tag), Value::Language(range)) = (left, right) {
        let is_within = is_within(tag, range);
        return match comparison {
            Comparison::Equal => Some(is_within),
            Comparison::NotEqual => Some(!is_within),
            _ => None,
        };
    }
    let order = match (number_of(left), number_of(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => name_of(left)?.cmp(&name_of(right)?),
    };
    Some(match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::AtMost => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::AtLeast => order.is_ge(),
    })
}

/// Some value of a set.
fn value_in(set: &ValueSet, value_type: &Type) -> Option<Value> {
    match set {
        ValueSet::Names { of, .. } => {
            let name = of.first()?;
            Some(match value_type {
                Type::Bool => Value::Bool(*name == yes_or_no(true)),
                _ => Value::Member(Arc::clone(name)),
            })
        }
        ValueSet::Texts { of, all_but } => {
            let text = if *all_but {
                any_but(of, value_type)?
            } else {
                Arc::clone(of.first()?)
            };
            Some(match value_type {
                Type::Timezone => Value::Timezone(text),
                _ => Value::Text(text),
            })
        }
        ValueSet::Languages(languages) => Some(Value::Language(languages.example()?)),
        ValueSet::Ranges { of, currency } => {
            let whole = matches!(value_type, Type::Int | Type::Date);
            let number = of.iter().find_map(|range| number_in(*range, whole))?;
            match value_type {
                Type::Int | Type::Decimal => Some(Value::Number(number)),
                Type::Percent => Some(Value::Percent(number)),
                Type::Money => Some(Value::Money {
                    currency: (*currency)?,
                    amount: number,
                }),
                Type::Duration => duration(number),
                _ => None,
            }
        }
    }
}

fn duration(seconds: Decimal) -> Option<Value> {
    use rust_decimal::prelude::ToPrimitive;
    let nanoseconds = seconds.checked_mul(Decimal::from(1_000_000_000_u64))?;
    Some(Value::Duration(std::time::Duration::from_nanos(
        nanoseconds.to_u64()?,
    )))
}

/// A text that is none of these.
fn any_but(of: &std::collections::BTreeSet<Arc<str>>, value_type: &Type) -> Option<Arc<str>> {
    let candidates: &[&str] = match value_type {
        Type::Timezone => &["UTC", "Asia/Shanghai", "Europe/Paris"],
        _ => &["a", "b", "c", "d", "e"],
    };
    let free = candidates.iter().find(|one| !of.contains(**one))?;
    Some(Arc::from(*free))
}

/// A value as an author would write it.
fn written_value(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("\"{text}\""),
        Value::Bool(yes) => yes_or_no(*yes).to_string(),
        Value::Number(number) => number.normalize().to_string(),
        Value::Percent(number) => format!("{}%", number.normalize()),
        Value::Money { currency, amount } => format!("{currency} {}", amount.normalize()),
        Value::Duration(duration) => format!("{}s", duration.as_secs_f64()),
        Value::TimeOfDay(time) => time.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Timestamp(moment) => moment.to_string(),
        Value::Timezone(name) => format!("\"{name}\""),
        Value::Language(name) | Value::Member(name) => name.to_string(),
        Value::List(elements) => {
            let elements: Vec<String> = elements.iter().map(written_value).collect();
            format!("({})", elements.join(", "))
        }
    }
}
