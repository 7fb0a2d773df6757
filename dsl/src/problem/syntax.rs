//! Problems of the text itself: E01xx characters and bounds, E02xx structure.

use super::Locale;

/// The text is not in the language.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyntaxProblem {
    /// Full-width punctuation outside quoted text; once per line.
    FullWidth {
        /// How many places on the line.
        places: usize,
    },
}

impl SyntaxProblem {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::FullWidth { .. } => "E0101",
        }
    }

    /// One line that says what is wrong.
    pub fn message(&self, locale: Locale) -> String {
        match (self, locale) {
            (Self::FullWidth { places }, Locale::English) => {
                format!("full-width punctuation, {places} on this line")
            }
            (Self::FullWidth { places }, Locale::Chinese) => {
                format!("这一行有 {places} 处全角标点")
            }
        }
    }

    /// What to write instead, where that is certain.
    pub fn help(&self, locale: Locale) -> Option<String> {
        match (self, locale) {
            (Self::FullWidth { .. }, Locale::English) => {
                Some("run `signalbox fmt`; text inside quotes may stay full-width".to_owned())
            }
            (Self::FullWidth { .. }, Locale::Chinese) => {
                Some("运行 `signalbox fmt` 即可；引号内的文字可以保留全角".to_owned())
            }
        }
    }
}
