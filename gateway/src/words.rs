//! What people are told, in English and in Chinese: the errors of every command, and what `doctor`, `serve` and `rules` say.
//!
//! An error of this crate says both by itself ([`Told`]); [`foreign`] tells those of other crates. A command ends with [`Failure`],
//! which is made of nothing else, so what would speak one language only does not compile. Logs are in English: machines read them.

mod foreign;

use std::convert::Infallible;
use std::fmt;

use serde::{Deserialize, Serialize};
use signalbox_dsl::Locale;

/// The same in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Words {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Words {
    /// What is the same in both: a figure, or the words of somebody else.
    pub fn plain(text: impl Into<String>) -> Self {
        let en = text.into();
        Self { zh: en.clone(), en }
    }

    /// In one of them.
    pub fn told(&self, locale: Locale) -> &str {
        match locale {
            Locale::English => &self.en,
            Locale::Chinese => &self.zh,
        }
    }
}

/// English, for logs and for other errors.
impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// `words!("1 rule of {bundle}", "{bundle} 的 1 条规则")`
macro_rules! words {
    ($en:literal, $zh:literal $(,)?) => {
        $crate::words::Words {
            en: format!($en),
            zh: format!($zh),
        }
    };
}
pub(crate) use words;

/// Something that speaks English by [`fmt::Display`], and Chinese too.
pub trait Told: fmt::Display {
    /// The same in Chinese.
    fn chinese(&self) -> String;

    /// Both.
    fn words(&self) -> Words {
        Words {
            en: self.to_string(),
            zh: self.chinese(),
        }
    }
}

impl Told for Words {
    fn chinese(&self) -> String {
        self.zh.clone()
    }
}

/// Never told.
impl Told for Infallible {
    fn chinese(&self) -> String {
        match *self {}
    }
}

/// Why a command ended without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(pub Words);

impl<T: Told> From<T> for Failure {
    fn from(error: T) -> Self {
        Self(error.words())
    }
}
