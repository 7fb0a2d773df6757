//! What is stored is sealed: one codec, a data key per customer, keyed hashes for external ids.
