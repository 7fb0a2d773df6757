//! Why a call of a script gave no value, in plain words.

use std::sync::Arc;

use rhai::EvalAltResult;
use serde::{Deserialize, Serialize};
use signalbox_dsl::Locale;

use crate::limits::MOST_TEXT_BYTES;
use crate::reason::Reason;

/// The longest piece of a script's or Rhai's own words that is kept, in characters.
const MOST_WORDS: usize = 160;

/// Why a call gave no value. The fact then has the value behind its `otherwise`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum Failure {
    /// An argument was absent, so nothing was called.
    Absent {
        /// Path of the field.
        field: Arc<str>,
    },
    /// An argument is larger than anything in a script may be, so nothing was called.
    ArgumentTooLarge,
    /// It was still running after all its steps: a loop that does not end, or a bound too narrow.
    TooManySteps {
        /// The line in which the function begins, from 1: where in it, Rhai does not say. 0 in old records.
        #[serde(default)]
        line: usize,
    },
    /// Functions called each other too deeply.
    TooDeep {
        /// As above.
        #[serde(default)]
        line: usize,
    },
    /// A text, array or map became too large, or there were too many variables.
    TooLarge {
        /// As above.
        #[serde(default)]
        line: usize,
    },
    /// It said `throw`, or did what cannot be done.
    Stopped {
        /// What it did.
        reason: Reason,
        /// The line of the script, from 1; 0 if nobody knows.
        line: usize,
    },
    /// It gave something that is no value of the fact's type.
    WrongResult {
        /// What it gave.
        found: Found,
    },
}

/// What a script gave instead of a value of the fact's type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Found {
    /// Something of another type.
    Kind(Kind),
    /// A number or text, where that is what is wrong.
    Shown(String),
}

/// The types of values that scripts have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is what its words say")]
pub enum Kind {
    #[serde(rename = "nothing")]
    Nothing,
    #[serde(rename = "a bool")]
    Bool,
    #[serde(rename = "a whole number")]
    WholeNumber,
    #[serde(rename = "a decimal number")]
    DecimalNumber,
    #[serde(rename = "a text")]
    Text,
    #[serde(rename = "an array")]
    Array,
    #[serde(rename = "a map")]
    Map,
    #[serde(rename = "something else")]
    SomethingElse,
}

impl Found {
    fn text(&self, locale: Locale) -> &str {
        match self {
            Self::Kind(kind) => kind.text(locale),
            Self::Shown(shown) => shown,
        }
    }
}

impl Kind {
    fn text(self, locale: Locale) -> &'static str {
        let (english, chinese) = match self {
            Self::Nothing => ("nothing", "空值"),
            Self::Bool => ("a bool", "布尔值"),
            Self::WholeNumber => ("a whole number", "整数"),
            Self::DecimalNumber => ("a decimal number", "小数"),
            Self::Text => ("a text", "文字"),
            Self::Array => ("an array", "数组"),
            Self::Map => ("a map", "映射"),
            Self::SomethingElse => ("something else", "其他东西"),
        };
        match locale {
            Locale::English => english,
            Locale::Chinese => chinese,
        }
    }
}

impl Failure {
    /// One line for people.
    pub fn text(&self, locale: Locale) -> String {
        let kib = MOST_TEXT_BYTES / 1024;
        match (self, locale) {
            (Self::Absent { field }, Locale::English) => format!("{field} is absent"),
            (Self::Absent { field }, Locale::Chinese) => format!("{field} 没有值"),
            (Self::ArgumentTooLarge, Locale::English) => {
                format!("a value given to it is larger than {kib} KiB")
            }
            (Self::ArgumentTooLarge, Locale::Chinese) => format!("传入的值超过 {kib} KiB"),
            (Self::TooManySteps { line }, Locale::English) => {
                format!("it did not end within its steps{}", in_function(*line))
            }
            (Self::TooManySteps { line }, Locale::Chinese) => {
                format!("步数用完仍未结束{}", of_function(*line))
            }
            (Self::TooDeep { line }, Locale::English) => {
                format!(
                    "its functions call each other too deeply{}",
                    in_function(*line)
                )
            }
            (Self::TooDeep { line }, Locale::Chinese) => {
                format!("函数互相调用的层数过深{}", of_function(*line))
            }
            (Self::TooLarge { line }, Locale::English) => {
                format!("a value in it became too large{}", in_function(*line))
            }
            (Self::TooLarge { line }, Locale::Chinese) => {
                format!("脚本中的值变得过大{}", of_function(*line))
            }
            (Self::Stopped { reason, line: 0 }, Locale::English) => {
                format!("it stopped: {}", reason.text(locale))
            }
            (Self::Stopped { reason, line: 0 }, Locale::Chinese) => {
                format!("脚本中断：{}", reason.text(locale))
            }
            (Self::Stopped { reason, line }, Locale::English) => {
                format!("it stopped in line {line}: {}", reason.text(locale))
            }
            (Self::Stopped { reason, line }, Locale::Chinese) => {
                format!("脚本在第 {line} 行中断：{}", reason.text(locale))
            }
            (Self::WrongResult { found }, Locale::English) => {
                let found = found.text(locale);
                format!("it gave {found}, which is no value of the fact's type")
            }
            (Self::WrongResult { found }, Locale::Chinese) => {
                let space = match found {
                    Found::Kind(_) => "",
                    Found::Shown(_) => " ",
                };
                let found = found.text(locale);
                format!("返回了{space}{found}，不是该事实类型的值")
            }
        }
    }

    /// What an error of Rhai comes to, in a call of the function that begins in line `begins`. What ran out of something has no
    /// place of its own: Rhai puts it at the call, and ours stands in no script.
    pub(crate) fn of(error: EvalAltResult, begins: usize) -> Self {
        let line = error.position().line().unwrap_or(begins);
        match error {
            EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => Self::of(*inner, begins),
            EvalAltResult::ErrorTooManyOperations(_) | EvalAltResult::ErrorTerminated(..) => {
                Self::TooManySteps { line }
            }
            EvalAltResult::ErrorStackOverflow(_) => Self::TooDeep { line },
            EvalAltResult::ErrorDataTooLarge(..) | EvalAltResult::ErrorTooManyVariables(_) => {
                Self::TooLarge { line }
            }
            other => Self::Stopped {
                reason: Reason::of(other),
                line,
            },
        }
    }
}

fn in_function(line: usize) -> String {
    match line {
        0 => String::new(),
        line => format!(", in the function that begins in line {line}"),
    }
}

fn of_function(line: usize) -> String {
    match line {
        0 => String::new(),
        line => format!("（函数从第 {line} 行开始）"),
    }
}

/// The first line, not longer than anybody reads.
pub(crate) fn shortened(words: &str) -> String {
    let first = words.lines().next().unwrap_or_default();
    first.chars().take(MOST_WORDS).collect()
}
