//! The durable log's trait, its conformance suite and the in-memory store.
