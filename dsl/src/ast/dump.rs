//! The tree as text: nested lists without places. Two trees that mean the same have the same dump, however they were
//! laid out. Golden tests compare it, and it shows how a condition was understood.

mod form;
mod item;

use form::{Form, list, word};

use super::{
    Condition, Expression, ExpressionKind, File, Literal, Operand, Relation, Text, Words, WordsKind,
};
use crate::bundle::Comparison;

impl File {
    /// The tree as nested lists, without places.
    pub fn dump(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(
            self.language
                .as_ref()
                .map(|language| list("language", [word(language.edition.to_string())])),
        );
        parts.extend(
            self.module
                .as_ref()
                .map(|path| list("module", [word(path.dotted())])),
        );
        parts.extend(self.uses.iter().map(|line| {
            let names = line.names.iter().map(|name| word(&*name.text));
            list(
                "use",
                std::iter::once(word(line.module.dotted())).chain(names),
            )
        }));
        parts.extend(self.items.iter().map(item::form));
        parts.extend(
            self.unread
                .iter()
                .map(|name| list("unread", [word(&*name.text)])),
        );
        let lines: Vec<String> = parts.iter().map(Form::lines).collect();
        lines.concat()
    }
}

fn text(text: &Text) -> Form {
    quoted(&text.value)
}

fn quoted(text: &str) -> Form {
    word(format!("{text:?}"))
}

fn condition(condition: &Condition) -> Form {
    match condition {
        Condition::All { parts, .. } => list("and", parts.iter().map(self::condition)),
        Condition::Any { parts, .. } => list("or", parts.iter().map(self::condition)),
        Condition::Not { inner, .. } => list("not", [self::condition(inner)]),
        Condition::Holds(path) => list("holds", [word(path.dotted())]),
        Condition::Relation { left, relation, .. } => relation_form(operand(left), relation),
    }
}

fn relation_form(left: Form, relation: &Relation) -> Form {
    match relation {
        Relation::Compare { comparison, right } => {
            list(comparison_sign(*comparison), [left, operand(right)])
        }
        Relation::OneOf(values) => list(
            "in",
            std::iter::once(left).chain(values.iter().map(expression)),
        ),
        Relation::Between { low, high } => {
            list("between", [left, expression(low), expression(high)])
        }
        Relation::Known => list("known", [left]),
        Relation::HasAny(words) => list("has-any", [left, words_form(words)]),
        Relation::HasAll(words) => list("has-all", [left, words_form(words)]),
        Relation::HasNone(words) => list("has-none", [left, words_form(words)]),
        Relation::Has(value) => list("has", [left, expression(value)]),
        Relation::IsExactly(whole) => list("exactly", [left, text(whole)]),
        Relation::StartsWith(start) => list("starts", [left, text(start)]),
        Relation::Matches(pattern) => list("matches", [left, text(pattern)]),
    }
}

fn comparison_sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "is",
        Comparison::NotEqual => "is-not",
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::Greater => ">",
        Comparison::AtLeast => ">=",
    }
}

fn words_form(words: &Words) -> Form {
    match &words.kind {
        WordsKind::List(path) => word(path.dotted()),
        WordsKind::Inline(texts) => list("words", texts.iter().map(text)),
    }
}

fn operand(operand: &Operand) -> Form {
    let value = expression(&operand.value);
    match &operand.default {
        Some(default) => list("default", [value, expression(default)]),
        None => value,
    }
}

fn expression(value: &Expression) -> Form {
    match &value.kind {
        ExpressionKind::Path(path) => word(path.dotted()),
        ExpressionKind::Literal(value) => literal(value),
        ExpressionKind::List(values) => list("list", values.iter().map(expression)),
    }
}

fn literal(literal: &Literal) -> Form {
    match literal {
        Literal::Text(text) => quoted(text),
        Literal::Bool(true) => word("yes"),
        Literal::Bool(false) => word("no"),
        Literal::Integer(number) => list("int", [word(number.to_string())]),
        Literal::Decimal(number) => list("decimal", [word(number.to_string())]),
        Literal::Percent(number) => word(format!("{number}%")),
        Literal::Money { currency, amount } => word(format!("{currency}:{amount}")),
        Literal::Duration(length) => word(format!("{length:?}")),
        Literal::TimeOfDay(time) => list("time", [word(time.to_string())]),
        Literal::Date(date) => list("date", [word(date.to_string())]),
        Literal::Moment(moment) => list("moment", [word(moment.to_string())]),
        Literal::LanguageTag(tag) => list("tag", [word(&**tag)]),
    }
}
