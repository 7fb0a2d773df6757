//! What to write where something else was expected and the words around it tell what was meant.

use crate::problem::Locale;

/// What was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// This.
    Write(String),
    /// A text where a template's name stands.
    NameTemplate,
    /// A text where a queue's name stands.
    NameQueue,
    /// A text without its quotes.
    Quote(String),
    /// A name, perhaps of a list, where one text stands.
    OneText {
        /// What it stands behind.
        relation: &'static str,
    },
    /// A module without the names that are wanted of it.
    UseNames,
    /// Values behind `in` without parentheses.
    Parentheses,
}

impl Advice {
    pub(super) fn help(&self, locale: Locale) -> String {
        match locale {
            Locale::English => self.english(),
            Locale::Chinese => self.chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Write(write) => format!("write `{write}`"),
            Self::NameTemplate => {
                "a reply names a template: `template NAME` with the text below it, then `reply NAME`"
                    .to_owned()
            }
            Self::NameQueue => {
                "name the queue without quotes: `queue NAME \"…\"`, then `hand over to NAME`".to_owned()
            }
            Self::Quote(text) => format!("a text stands in quotes: \"{text}\""),
            Self::OneText { relation } => format!(
                "one text in quotes stands here: `text {relation} \"…\"`; for a list write `text has any of NAME`, or join with `or`"
            ),
            Self::UseNames => {
                "say which of its names you use: `use std.human (wants_person)`".to_owned()
            }
            Self::Parentheses => "put the values in parentheses: `in (a, b)`".to_owned(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Write(write) => format!("写成 `{write}`"),
            Self::NameTemplate => {
                "回复要写模板名：先写 `template NAME`，下一行写文字，再写 `reply NAME`".to_owned()
            }
            Self::NameQueue => {
                "队列写名称，不加引号：先写 `queue NAME \"…\"`，再写 `hand over to NAME`".to_owned()
            }
            Self::Quote(text) => format!("文字要加引号：\"{text}\""),
            Self::OneText { relation } => format!(
                "这里只能写一段带引号的文字：`text {relation} \"…\"`；要用词表请写 `text has any of NAME`，或用 `or` 连接几个"
            ),
            Self::UseNames => "写明要用其中哪些名称：`use std.human (wants_person)`".to_owned(),
            Self::Parentheses => "几个值要放在括号里：`in (a, b)`".to_owned(),
        }
    }
}
