//! Problems of the text itself: E01xx characters and bounds, E02xx structure.
//!
//! The texts lie in `syntax/{english,chinese}.rs`, one line a problem, in the order of the codes.

mod advice;
mod chinese;
mod english;

use super::Locale;
use crate::source::Encoding;
pub use advice::Advice;

/// The text is not in the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyntaxProblem {
    /// Full-width punctuation outside quoted text; once per line.
    FullWidth {
        /// How many characters on the line.
        places: usize,
        /// Whether a `。` at its end is one of them, which means nothing.
        full_stop: bool,
    },
    /// A text opened by one kind of quote and closed by another.
    MixedQuotes {
        /// The quote in front.
        open: char,
        /// The quote behind.
        close: char,
    },
    /// No closing quote before the end of the line.
    UnclosedText,
    /// A character that means nothing here.
    UnexpectedCharacter {
        /// Which.
        character: char,
    },
    /// An invisible character that changes the direction of writing; once per line.
    DirectionControl {
        /// The first of the line.
        character: char,
    },
    /// The file has more bytes than are read.
    FileTooLarge {
        /// How many it has.
        bytes: usize,
        /// How many it may have.
        limit: usize,
    },
    /// The file has more words and signs than are read.
    TooManyTokens {
        /// How many it may have.
        limit: usize,
    },
    /// A name has too many characters.
    NameTooLong {
        /// How many it has.
        characters: usize,
        /// How many it may have.
        limit: usize,
    },
    /// Too many parentheses, or `not`, inside each other.
    TooDeep {
        /// How many there may be.
        limit: usize,
    },
    /// The rest of the file's findings is not told.
    TooManyProblems {
        /// How many are told.
        limit: usize,
    },
    /// A number with more digits than can be kept exactly, or a length of time beyond all measure.
    NumberOutOfRange {
        /// As written.
        number: String,
    },
    /// `25:00`
    NoSuchTime {
        /// As written.
        time: String,
    },
    /// `2026-02-30`
    NoSuchDate {
        /// As written.
        date: String,
    },
    /// The file is not UTF-8.
    NotUtf8 {
        /// How it seems to be written.
        encoding: Encoding,
    },
    /// Something else stands where one of a few things can.
    Unexpected {
        /// What stands there.
        found: Found,
        /// What can stand there, in order, none twice.
        expected: Vec<Expected>,
        /// What was meant, where the words around it tell.
        advice: Option<Advice>,
    },
    /// The file does not begin with `language 1` and `module …`.
    MissingHeader {
        /// What is missing.
        header: &'static str,
    },
    /// `and` and `or` at one level.
    MixedAndOr {
        /// Both readings with parentheses; `None` if the condition is too long to be shown twice.
        readings: Option<[String; 2]>,
    },
    /// Another language's word or sign for something that this language has.
    Instead {
        /// As written.
        written: String,
        /// What to write.
        write: &'static str,
    },
    /// An item lacks a line that it must have.
    MissingClause {
        /// The item's keyword.
        item: &'static str,
        /// The line's keyword.
        clause: &'static str,
    },
    /// A line that may stand once stands twice.
    RepeatedClause {
        /// The line's keyword.
        clause: &'static str,
    },
    /// Part of the full language, not of this version.
    NotAvailable {
        /// Its keyword, as written.
        construct: String,
    },
    /// A line begins with a word that begins no line here.
    UnknownLine {
        /// The word.
        word: String,
        /// A word that it resembles.
        nearest: Option<&'static str>,
        /// The item's keyword; `None` between the header and the first item.
        item: Option<&'static str>,
    },
    /// `language 2`
    UnknownEdition {
        /// As written.
        edition: String,
    },
    /// `within 10`
    NumberWithoutUnit {
        /// The number.
        number: String,
    },
    /// `per 1 day`: a day of the calendar where elapsed time is wanted.
    CalendarDay {
        /// How many, as written.
        days: String,
    },
    /// `¥200`
    CurrencySign {
        /// The sign.
        sign: char,
    },
    /// `10x`
    UnknownUnit {
        /// The unit.
        unit: String,
        /// The same in units of the language.
        meant: Option<String>,
    },
    /// `{name or "x"}` in a template.
    BadPlaceholder {
        /// As written.
        placeholder: String,
    },
    /// `module` or `use` behind the first item, `given` behind the first step.
    OutOfPlace {
        /// The line's keyword.
        line: &'static str,
        /// What it must stand in front of.
        before: Before,
    },
    /// `has any of "a", "b"`
    TextsWithoutParentheses {
        /// As written, shortened.
        texts: String,
    },
}

/// What stands where something else was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// This.
    Source(String),
    /// The line is over.
    EndOfLine,
}

/// What a line must stand in front of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// All items of the file.
    Items,
    /// All steps of the test.
    Steps,
}

/// What can stand somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A certain word or sign.
    Word(&'static str),
    /// A name.
    Name,
    /// Quoted text.
    Text,
    /// A whole number.
    Count,
    /// `10m`
    Duration,
    /// `09:30`
    Time,
    /// `2026-10-01`
    Date,
    /// `70%`
    Percent,
    /// Any value.
    Value,
    /// A condition.
    Condition,
    /// `is`, `in`, `has any of` and the like.
    Relation,
    /// A language such as `zh`.
    LanguageTag,
    /// Nothing more on this line.
    EndOfLine,
}

impl SyntaxProblem {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::FullWidth { .. } => "E0101",
            Self::MixedQuotes { .. } => "E0102",
            Self::UnclosedText => "E0103",
            Self::UnexpectedCharacter { .. } => "E0104",
            Self::DirectionControl { .. } => "E0105",
            Self::FileTooLarge { .. } => "E0106",
            Self::TooManyTokens { .. } => "E0107",
            Self::NameTooLong { .. } => "E0108",
            Self::TooDeep { .. } => "E0109",
            Self::TooManyProblems { .. } => "E0110",
            Self::NumberOutOfRange { .. } => "E0111",
            Self::NoSuchTime { .. } => "E0112",
            Self::NoSuchDate { .. } => "E0113",
            Self::NotUtf8 { .. } => "E0114",
            Self::Unexpected { .. } => "E0201",
            Self::MissingHeader { .. } => "E0202",
            Self::MixedAndOr { .. } => "E0203",
            Self::Instead { .. } => "E0204",
            Self::MissingClause { .. } => "E0205",
            Self::RepeatedClause { .. } => "E0206",
            Self::NotAvailable { .. } => "E0207",
            Self::UnknownLine { .. } => "E0208",
            Self::UnknownEdition { .. } => "E0209",
            Self::NumberWithoutUnit { .. } => "E0210",
            Self::CalendarDay { .. } => "E0211",
            Self::CurrencySign { .. } => "E0212",
            Self::UnknownUnit { .. } => "E0213",
            Self::BadPlaceholder { .. } => "E0214",
            Self::OutOfPlace { .. } => "E0215",
            Self::TextsWithoutParentheses { .. } => "E0216",
        }
    }

    /// One line that says what is wrong.
    pub fn message(&self, locale: Locale) -> String {
        match locale {
            Locale::English => english::message(self),
            Locale::Chinese => chinese::message(self),
        }
    }

    /// What to write instead, where that is certain.
    pub fn help(&self, locale: Locale) -> Option<String> {
        match locale {
            Locale::English => english::help(self),
            Locale::Chinese => chinese::help(self),
        }
    }
}
