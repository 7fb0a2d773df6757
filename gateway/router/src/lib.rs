//! The way of a message: ingest, turn, decide, commit, deliver; over traits, so that it can be simulated.
