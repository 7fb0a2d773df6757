//! The memory store is a store.
