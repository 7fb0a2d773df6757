//! Text to checked bundle: lexer, parser, types, diagnostics, formatter. No I/O, no clock.

pub mod ast;
pub mod bundle;
pub mod diagnostic;
pub mod folding;
pub mod problem;
pub mod source;
pub mod value;

pub use diagnostic::{Diagnostic, Edit, Fix};
pub use problem::{Locale, Problem};
pub use source::{FileId, SourceFile, SourceSet, Span};
