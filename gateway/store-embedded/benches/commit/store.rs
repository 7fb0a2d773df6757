//! The store as built.
pub(crate) fn measure() {}
