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
            Self::Parentheses => "几个值要放在括号里：`in (a, b)`".to_owned(),
        }
    }
}
