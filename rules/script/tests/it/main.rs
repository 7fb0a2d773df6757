//! The sandbox from outside.

mod hostile;
mod samples;
