//! What can be wrong with rules: stable codes, and their text in English and Chinese from one catalogue.
//!
//! A code is public and never used again for something else; the text may change.

mod related;
mod syntax;

pub use related::Related;
pub use syntax::SyntaxProblem;

/// The language in which findings are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locale {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// E01xx and E02xx: the text is not in the language.
    Syntax(SyntaxProblem),
}

impl Problem {
    /// The stable code, such as `E0203`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(problem) => problem.code(),
        }
    }

    /// One line that says what is wrong.
    pub fn message(&self, locale: Locale) -> String {
        match self {
            Self::Syntax(problem) => problem.message(locale),
        }
    }

    /// What to write instead, where that is certain.
    pub fn help(&self, locale: Locale) -> Option<String> {
        match self {
            Self::Syntax(problem) => problem.help(locale),
        }
    }
}

impl From<SyntaxProblem> for Problem {
    fn from(problem: SyntaxProblem) -> Self {
        Self::Syntax(problem)
    }
}
