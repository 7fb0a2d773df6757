//! Items that declare something: ranks, schemas, enums, lists, queues, templates, named conditions, defaults.

use std::sync::Arc;

use super::{Argument, Condition, LanguageTag, Limit, Name, Path, Text};
use crate::bundle::{Boundary, Folding, TieBreak};
use crate::source::Span;

/// `ranks safety > business`, then its `tie` lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranks {
    /// Highest first.
    pub names: Vec<Name>,
    /// How rules of one rank are told apart.
    pub ties: Vec<Tie>,
}

/// `tie business longest keyword, then first mentioned`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// The rank it is for.
    pub rank: Name,
    /// In order, none twice.
    pub breaks: Vec<TieBreak>,
    /// The whole line.
    pub span: Span,
}

/// `defaults`: settings of the whole bundle. At most one of all files says each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defaults {
    /// `language zh`
    pub language: Option<LanguageTag>,
    /// `zone "Asia/Shanghai"`
    pub zone: Option<Text>,
    /// `marketing at most twice per 7d per customer`
    pub marketing: Option<Limit>,
}

/// `schema customer`, then its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// Whose fields these are.
    pub subject: SchemaSubject,
    /// The place of the subject's words.
    pub subject_span: Span,
    /// In order.
    pub fields: Vec<Field>,
}

/// Whose fields a schema declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaSubject {
    /// Of one message (turn).
    Message,
    /// Of the person.
    Customer,
    /// Of the whole history.
    Conversation,
    /// Of this consultation.
    Episode,
    /// Of an event: `event order.delivered`.
    Event(Path),
}

/// `tier: Tier optional "loyalty level"`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name, without the subject.
    pub name: Name,
    /// Its type.
    pub value_type: TypeName,
    /// May be absent.
    pub optional: bool,
    /// One line for people.
    pub description: Option<Text>,
    /// The whole line.
    pub span: Span,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeName {
    /// Which.
    pub kind: TypeNameKind,
    /// Where it stands.
    pub span: Span,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeNameKind {
    /// `text`, `money`, or the name of an enum.
    Named(Name),
    /// `list of text`
    ListOf(Box<TypeName>),
}

/// `enum Tier = normal | gold`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enum {
    /// Its name.
    pub name: Name,
    /// In order.
    pub members: Vec<Name>,
}

/// `list NAME match substring fold width, case` and its keywords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Its name.
    pub name: Name,
    /// `match …`; [`Boundary::Automatic`] if it is not said.
    pub boundary: Boundary,
    /// `fold …`; [`Folding::DEFAULT`] if it is not said.
    pub folding: Folding,
    /// In order.
    pub keywords: Vec<Text>,
    /// Phrases in which a hit does not count.
    pub except: Vec<Text>,
    /// `except when negated`
    pub except_when_negated: bool,
}

/// `queue 售后组 "After-sales" default` and its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its name in rules.
    pub name: Name,
    /// Its name for people.
    pub title: Text,
    /// The place of `default`, if it says so.
    pub default: Option<Span>,
    /// `hours 客服时间`
    pub hours: Option<Path>,
    /// `overflow to 人工客服`
    pub overflow: Option<Path>,
    /// `when closed reply 已下班`
    pub closed_reply: Option<ClosedReply>,
}

/// `when closed reply 已下班 (name: customer.name)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedReply {
    /// The template.
    pub template: Path,
    /// In order.
    pub arguments: Vec<Argument>,
    /// All of it.
    pub span: Span,
}

/// `template NAME (a: text)` and its bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its name.
    pub name: Name,
    /// In order.
    pub parameters: Vec<Parameter>,
    /// In order.
    pub bodies: Vec<TemplateBody>,
}

/// `name: text`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub value_type: TypeName,
}

/// `zh "{name}您好"`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateBody {
    /// `zh`
    pub language: LanguageTag,
    /// The text as written, escapes resolved, placeholders and all.
    pub text: Text,
    /// The same in pieces, in order; neighbouring pieces are never both text.
    pub pieces: Vec<Piece>,
    /// The whole line.
    pub span: Span,
}

/// A piece of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// Where it stands, inside the quotes.
    pub span: Span,
}

/// A piece of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PieceKind {
    /// Text to be said as it is.
    Text(Arc<str>),
    /// `{name}`, `{name, |尊敬的客户}`
    Placeholder {
        /// The parameter.
        parameter: Name,
        /// What stands in where it is absent; may be empty.
        fallback: Option<Arc<str>>,
    },
    /// `{客服时间.opens_next}`
    OpensNext {
        /// The calendar.
        calendar: Name,
        /// What stands in where it never opens again.
        fallback: Option<Arc<str>>,
    },
}

/// `public condition 贵宾 = customer.tier is vip`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedCondition {
    /// Other modules may use it.
    pub public: bool,
    /// Its name.
    pub name: Name,
    /// What it stands for; `None` if it could not be read, which has been reported.
    pub condition: Option<Condition>,
}
