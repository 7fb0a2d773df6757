//! What can be wrong with rules: stable codes, and their text in English and Chinese from one catalogue.
//!
//! A code is public and never used again for something else; the text may change.

pub(crate) mod meaning;
mod related;
mod syntax;

pub use meaning::{Absence, BareWord, FactSource, ItemKind, MeaningProblem};
pub use related::Related;
pub use syntax::{Advice, Before, Expected, Found, SyntaxProblem};

/// The language in which findings are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locale {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

/// What follows from a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Hint,
    /// Works, but hardly as meant.
    Warning,
    /// No bundle is made.
    Error,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// E01xx and E02xx: the text is not in the language.
    Syntax(SyntaxProblem),
    /// All others: the text is in the language, but does not mean what it must.
    Meaning(MeaningProblem),
}

impl Problem {
    /// Whether it keeps the bundle from being made.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Syntax(_) => Severity::Error,
            Self::Meaning(problem) => problem.severity(),
        }
    }

    /// The stable code, such as `E0203`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(problem) => problem.code(),
            Self::Meaning(problem) => problem.code(),
        }
    }

    /// One line that says what is wrong.
    pub fn message(&self, locale: Locale) -> String {
        match self {
            Self::Syntax(problem) => problem.message(locale),
            Self::Meaning(problem) => problem.message(locale),
        }
    }

    /// What to write instead, where that is certain.
    pub fn help(&self, locale: Locale) -> Option<String> {
        match self {
            Self::Syntax(problem) => problem.help(locale),
            Self::Meaning(problem) => problem.help(locale),
        }
    }
}

impl From<SyntaxProblem> for Problem {
    fn from(problem: SyntaxProblem) -> Self {
        Self::Syntax(problem)
    }
}

impl From<MeaningProblem> for Problem {
    fn from(problem: MeaningProblem) -> Self {
        Self::Meaning(problem)
    }
}
