//! What a script did that cannot be done, in our words: Rhai's own are English and speak of Rust's types.

use rhai::EvalAltResult;
use serde::{Deserialize, Serialize};
use signalbox_dsl::Locale;

use crate::failure::shortened;

/// Why a script stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reason {
    /// One of the mistakes that there are.
    Mistake(Mistake),
    /// What the script says behind `throw`. Records of earlier versions have Rhai's words here.
    Said(String),
}

/// What cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mistake", content = "name", rename_all = "snake_case")]
pub enum Mistake {
    /// There is no variable of this name.
    NoVariable(String),
    /// There is no function of this name for what it is given.
    NoFunction(String),
    /// There is no property of this name.
    NoProperty(String),
    /// A constant of this name is given another value.
    Constant(String),
    /// A calculation has no result: a division by zero, or a number too large.
    Arithmetic,
    /// A place outside an array or a text, or a key that a map does not have.
    Outside,
    /// A value of another type than is needed there.
    WrongType,
    /// Something that cannot be gone through.
    NotIterable,
    /// Anything else.
    NotPossible,
}

impl Reason {
    pub(crate) fn of(error: EvalAltResult) -> Self {
        use EvalAltResult as E;
        Self::Mistake(match error {
            E::ErrorRuntime(thrown, _) => return Self::Said(shortened(&thrown.to_string())),
            E::ErrorVariableNotFound(name, _) => Mistake::NoVariable(shortened(&name)),
            E::ErrorFunctionNotFound(signature, _) => {
                let name = signature.split([' ', '(']).next().unwrap_or_default();
                Mistake::NoFunction(shortened(name))
            }
            E::ErrorPropertyNotFound(name, _) => Mistake::NoProperty(shortened(&name)),
            E::ErrorAssignmentToConstant(name, _) => Mistake::Constant(shortened(&name)),
            E::ErrorArithmetic(..) => Mistake::Arithmetic,
            E::ErrorArrayBounds(..)
            | E::ErrorStringBounds(..)
            | E::ErrorBitFieldBounds(..)
            | E::ErrorIndexNotFound(..) => Mistake::Outside,
            E::ErrorMismatchDataType(..)
            | E::ErrorMismatchOutputType(..)
            | E::ErrorIndexingType(..) => Mistake::WrongType,
            E::ErrorFor(_) => Mistake::NotIterable,
            _ => Mistake::NotPossible,
        })
    }

    /// Without a full stop.
    pub(crate) fn text(&self, locale: Locale) -> String {
        match self {
            Self::Said(words) => words.clone(),
            Self::Mistake(mistake) => match locale {
                Locale::English => mistake.english(),
                Locale::Chinese => mistake.chinese(),
            },
        }
    }
}

impl Mistake {
    fn english(&self) -> String {
        match self {
            Self::NoVariable(name) => format!("there is no variable `{name}`"),
            Self::NoFunction(name) => format!("there is no function `{name}` for these values"),
            Self::NoProperty(name) => format!("there is no property `{name}`"),
            Self::Constant(name) => format!("`{name}` is a constant and keeps its value"),
            Self::Arithmetic => {
                "a calculation has no result: a division by zero, or a number too large".into()
            }
            Self::Outside => "there is nothing at this place of an array, a text or a map".into(),
            Self::WrongType => "a value is of another type than is needed there".into(),
            Self::NotIterable => "`for` cannot go through this value".into(),
            Self::NotPossible => "it did what scripts cannot do".into(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::NoVariable(name) => format!("没有变量 `{name}`"),
            Self::NoFunction(name) => format!("没有能处理这些值的函数 `{name}`"),
            Self::NoProperty(name) => format!("没有属性 `{name}`"),
            Self::Constant(name) => format!("`{name}` 是常量，不能改值"),
            Self::Arithmetic => "算不出结果：除以零，或数太大".into(),
            Self::Outside => "数组、文字或映射里没有这个位置".into(),
            Self::WrongType => "值的类型与此处所需不符".into(),
            Self::NotIterable => "`for` 不能遍历这个值".into(),
            Self::NotPossible => "做了脚本不能做的事".into(),
        }
    }
}
