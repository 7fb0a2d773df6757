//! The store of tests and of the simulator: everything in memory, one lock, the same promises but durability.
/// Placeholder until the suite is written.
pub struct MemoryStore;
