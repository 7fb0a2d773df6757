//! The rules as the router sees them.

use std::sync::Arc;

use signalbox_rules::{Decision, Facts, Inputs};

/// One active bundle. The engine of `signalbox_rules` is one.
pub trait Rules: Send + Sync + 'static {
    /// The bundle's hash, as records and metrics name it.
    fn bundle(&self) -> &str;

    /// Where a conversation goes that nobody can decide.
    fn default_queue(&self) -> Arc<str>;

    /// Decides one turn or event. Pure.
    fn decide(&self, inputs: Inputs<'_>) -> Decision;

    /// The facts among `facts` that the bundle reads: what has to be recorded with a decision.
    fn read_facts(&self, facts: &Facts) -> Facts;
}
