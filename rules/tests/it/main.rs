//! Tests of the rules engine from outside.

mod equal;
mod language;
mod random;
mod scripts;
