//! Tests of the rules engine from outside.

mod equal;
mod examples;
mod language;
mod random;
mod scripts;
