//! The syntax tree: what the author wrote, with the place of every part, nothing resolved.
//!
//! Words are kept as names; whether `gold` is a member of an enum or a field is for `check` to say. What the
//! grammar itself fixes (scopes, comparison signs, folds) already has the types of [`bundle`](crate::bundle).
//! Comments are not here: the formatter works on tokens.

use std::sync::Arc;

use crate::source::Span;

mod calendar;
mod condition;
mod declaration;
mod dump;
mod fact;
mod outreach;
mod rule;
mod test;

pub use calendar::{Calendar, HolidayLine, Holidays, OpenDays, Year};
pub use condition::{
    Condition, Expression, ExpressionKind, Literal, Operand, Relation, Words, WordsKind,
};
pub use declaration::{
    ClosedReply, Defaults, Enum, Field, List, NamedCondition, Parameter, Piece, PieceKind, Queue,
    Ranks, Schema, SchemaSubject, Template, TemplateBody, Tie, TypeName, TypeNameKind,
};
pub use fact::{Fact, Steps};
pub use outreach::{Outreach, QuietHours, Send, SendTime, Unless, ZoneChoice};
pub use rule::{
    Argument, Effect, EffectKind, Guard, LanguageTag, Limit, Rule, Signal, Trigger, TriggerKind,
    Window,
};
pub use test::{
    Assignment, Expectation, Outcome, OutcomeKind, Test, TestDay, TestStep, TestStepKind,
};

/// One rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// `language 1`; `None` if it is missing, which has been reported.
    pub language: Option<LanguageHeader>,
    /// `module a.b`; `None` if it is missing, which has been reported.
    pub module: Option<Path>,
    /// `use a.b (x, y)`, in order.
    pub uses: Vec<Use>,
    /// Everything else, in order.
    pub items: Vec<Item>,
    /// Names of items that were reported as a whole and are missing above (a `dialogue`, a rule whose first line
    /// is broken): using one of them must not be reported again.
    pub unread: Vec<Name>,
    /// The whole file.
    pub span: Span,
}

/// `language 1`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageHeader {
    /// The edition; always 1 where nothing was reported.
    pub edition: u32,
    /// From `language` to the number.
    pub span: Span,
}

/// `use a.b (x, y)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Which module.
    pub module: Path,
    /// What of it.
    pub names: Vec<Name>,
    /// From `use` to `)`.
    pub span: Span,
}

/// One item of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What stands above it: `@owner("…")`.
    pub attributes: Vec<Attribute>,
    /// What it is.
    pub kind: ItemKind,
    /// `false` if something in it has been reported and is therefore missing here. Its name still counts as
    /// declared, but what seems to be absent from it must not be reported a second time.
    pub complete: bool,
    /// From its keyword (or `public`) to its last token.
    pub span: Span,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemKind {
    /// `ranks a > b`
    Ranks(Ranks),
    /// `defaults`
    Defaults(Defaults),
    /// `schema message`
    Schema(Schema),
    /// `enum NAME = a | b`
    Enum(Enum),
    /// `list NAME`
    List(List),
    /// `queue NAME "title"`
    Queue(Box<Queue>),
    /// `calendar NAME`
    Calendar(Calendar),
    /// `holidays NAME of 2026`
    Holidays(Holidays),
    /// `template NAME`
    Template(Template),
    /// `condition NAME = …`
    Condition(NamedCondition),
    /// `signal NAME = message where …`
    Signal(Signal),
    /// `fact NAME: TYPE = script …`
    Fact(Fact),
    /// `outreach NAME`
    Outreach(Box<Outreach>),
    /// `rule NAME`
    Rule(Rule),
    /// `test "…"`
    Test(Test),
}

/// `@owner("售后运营")`, `@deprecated(use: x, until: 2026-12-31)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name, without `@`.
    pub name: Name,
    /// What stands in parentheses.
    pub arguments: Vec<AttributeArgument>,
    /// From `@` to `)`.
    pub span: Span,
}

/// One argument of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeArgument {
    /// `until` in `until: 2026-12-31`.
    pub label: Option<Name>,
    /// What it is given.
    pub value: Expression,
}

/// A bare word: a name in any script, NFC, full-width letters as their ASCII twins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The word.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// Words joined by dots: `customer.tier`. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The words.
    pub names: Vec<Name>,
    /// From the first to the last.
    pub span: Span,
}

impl Path {
    /// The path as one text: `customer.tier`.
    pub fn dotted(&self) -> String {
        let words: Vec<&str> = self.names.iter().map(|name| &*name.text).collect();
        words.join(".")
    }

    /// The word, if it is only one.
    pub fn single(&self) -> Option<&Name> {
        match self.names.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }
}

/// Quoted text, escapes resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What stands between the quotes.
    pub value: Arc<str>,
    /// Quotes included.
    pub span: Span,
}
