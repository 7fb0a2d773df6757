//! Text to checked bundle: lexer, parser, types, diagnostics, formatter. No I/O, no clock.

pub mod ast;
pub mod bundle;
pub mod diagnostic;
pub mod folding;
mod layout;
mod lexer;
pub mod problem;
pub mod source;
mod token;
pub mod value;

pub use diagnostic::{Diagnostic, Edit, Fix};
pub use problem::{Locale, Problem};
pub use source::{FileId, SourceFile, SourceSet, Span};
