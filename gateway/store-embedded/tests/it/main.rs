//! The embedded store against the promises of every store, and against what happens to disks.

mod conformance;
mod samples;
