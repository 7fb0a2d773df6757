//! What is counted over time, and what rules wait for: counts that are reached, numbers that rise.

use std::sync::Arc;

use super::{AttachmentKind, Condition, FieldId, Limit, SignalId, Trigger};
use crate::value::Value;

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

/// The moment at which something goes past a bound; what lies past it already does not go past it again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Edge {
    /// A count is reached.
    Reaching(Reaching),
    /// A number rises.
    Rising(Rising),
    /// The customer's turn has an attachment of this kind, with text or without.
    Attached(AttachmentKind),
}

impl Edge {
    /// Whether it can be reached with what came from outside.
    pub fn comes_with(&self, trigger: &Trigger, signals: &[Signal]) -> bool {
        match self {
            Self::Reaching(edge) => signals
                .get(edge.signal.index())
                .is_some_and(|signal| signal.trigger == *trigger),
            Self::Rising(_) => *trigger == Trigger::Message,
            Self::Attached(_) => matches!(trigger, Trigger::Message | Trigger::Attachment),
        }
    }
}

/// `愤怒 reaching 2 within 10m per customer`: the turn or event with which the count in the window rises from 1 to 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reaching {
    /// What is counted.
    pub signal: SignalId,
    /// To how many, in what time (never the whole of a scope), for what.
    pub count: Limit,
}

/// `customer.anger rising above 60%`: the turn just before which it was 60 % or less, and with which it is more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rising {
    /// A number that the conversation keeps from turn to turn.
    pub field: FieldId,
    /// Of the field's type.
    pub above: Value,
}
