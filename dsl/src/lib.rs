//! Text to checked bundle: lexer, parser, types, diagnostics, formatter. No I/O, no clock.

pub mod ast;
pub mod boundary;
pub mod bundle;
mod check;
mod chinese_words;
pub mod diagnostic;
pub mod folding;
mod format;
mod grammar;
pub mod language_range;
mod layout;
mod lexer;
pub mod nearest;
pub mod negation;
pub mod place;
pub mod problem;
mod queue_field;
pub mod render;
pub mod report;
pub mod source;
mod token;
pub mod value;
mod weekday;

pub use check::{Checked, check, check_on, is_built_in};
pub use diagnostic::{Diagnostic, Edit, Fix};
pub use format::{format, repair_full_width};
pub use grammar::parse;
pub use problem::{Locale, Problem, Severity};
pub use queue_field::QueueField;
pub use source::{Encoding, FileId, ForeignFile, SourceFile, SourceSet, Span};
