//! What the language promises, seen from outside.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod syntax_golden;
mod syntax_properties;
