//! What makes a store a store.
