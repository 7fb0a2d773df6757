//! What is counted over time, and the counts that rules wait for.

use std::sync::Arc;

use super::{Condition, Limit, SignalId, Trigger};

/// `signal 愤怒 = message where …`
#[derive(Debug, Clone)]
pub struct Signal {
    /// Full name: module and name. The counts of a customer are kept under it.
    pub name: Arc<str>,
    /// What comes from outside.
    pub trigger: Trigger,
    /// It counts where this is true (not false, not unknown); `None`: always.
    pub condition: Option<Condition>,
}

/// `愤怒 reaching 2 within 10m per customer`: the turn or event with which the count in the window rises from 1 to 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Edge {
    /// What is counted.
    pub signal: SignalId,
    /// To how many, in what time (never the whole of a scope), for what.
    pub reaching: Limit,
}
