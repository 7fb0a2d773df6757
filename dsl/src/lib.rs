//! Text to checked bundle: lexer, parser, types, diagnostics, formatter. No I/O, no clock.

pub mod bundle;
pub mod source;
pub mod value;

pub use source::{FileId, SourceFile, SourceSet, Span};
