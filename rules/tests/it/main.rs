//! Tests of the rules engine from outside.

mod equal;
mod random;
