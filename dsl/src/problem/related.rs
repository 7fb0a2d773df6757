//! The few words at another place that belongs to a finding.

use std::sync::Arc;

use super::Locale;

/// Why another place is shown with a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Related {
    /// The first of two things that exclude each other.
    FirstHere,
    /// Where what the finding speaks of is declared.
    DeclaredHere,
    /// Where a field is declared `optional`.
    OptionalHere,
    /// What is read inside a named condition.
    ReadHere,
    /// The other part of a contradiction.
    ContradictsThis,
    /// The other rule of an overlap.
    OtherRule {
        /// Its full name.
        rule: Arc<str>,
    },
}

impl Related {
    /// The words, one line.
    pub fn message(&self, locale: Locale) -> String {
        let (english, chinese) = match self {
            Self::FirstHere => ("first here", "第一次在这里"),
            Self::DeclaredHere => ("declared here", "在这里声明"),
            Self::OptionalHere => ("declared optional here", "在这里声明为 optional"),
            Self::ReadHere => ("read here", "在这里读取"),
            Self::ContradictsThis => ("cannot hold together with this", "与这里不能同时成立"),
            Self::OtherRule { rule } => {
                return match locale {
                    Locale::English => format!("rule `{rule}` answers the same message here"),
                    Locale::Chinese => format!("规则 `{rule}` 在这里回答同一条消息"),
                };
            }
        };
        match locale {
            Locale::English => english.to_owned(),
            Locale::Chinese => chinese.to_owned(),
        }
    }
}
