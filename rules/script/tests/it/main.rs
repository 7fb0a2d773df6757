//! The sandbox from outside.

mod hostile;
