//! What the language promises, seen from outside.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod check_golden;
mod check_properties;
mod error_pages;
mod language_book;
mod syntax_golden;
mod syntax_properties;
