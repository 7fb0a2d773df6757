//! Messages that nobody asked for: planned by a trigger, looked at once more when they are due.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Time;

use super::{Condition, FieldId, Limit, Operand, TemplateId, Trigger};
use crate::source::Span;

/// One outreach. Of each a customer has at most one planned.
#[derive(Debug, Clone)]
pub struct Outreach {
    /// Full name: module and name. What is planned for a customer is kept under it.
    pub name: Arc<str>,
    /// What plans it: any of these.
    pub triggers: Vec<Trigger>,
    /// It is planned where this is true (not false, not unknown); `None`: always.
    pub filter: Option<Condition>,
    /// It is sent where this is true when it is due; `None`: always.
    pub condition: Option<Condition>,
    /// What takes it back once it is planned. Empty: only a rule does.
    pub unless: Vec<Trigger>,
    /// What is said.
    pub template: TemplateId,
    /// One argument a parameter, in the template's order.
    pub arguments: Vec<Operand>,
    /// When it is due.
    pub time: SendTime,
    /// So long after its trigger it is worth nothing any more; `None`: [`Outreach::WORTH`] after it was due.
    pub latest: Option<Duration>,
    /// When it waits although it is due.
    pub quiet: Option<QuietHours>,
    /// How often at most, counted for the customer.
    pub limit: Option<Limit>,
    /// It counts towards [`Bundle::marketing_cap`](super::Bundle::marketing_cap).
    pub marketing: bool,
    /// From `outreach` to the end of the item.
    pub span: Span,
}

impl Outreach {
    /// How late it may be where its author does not say.
    pub const WORTH: Duration = Duration::from_secs(24 * 3600);
}

/// When an outreach is due, seen from its trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendTime {
    /// So long after it; zero for at once.
    After(Duration),
    /// At a time of the next day.
    NextDay {
        /// Which.
        at: Time,
        /// Where it is that time.
        zone: Zone,
    },
}

/// A time zone that may be the customer's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// A field that says it, where it has a value.
    pub field: Option<FieldId>,
    /// IANA name for where it has not.
    pub fallback: Arc<str>,
}

/// When nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietHours {
    /// First moment of quiet.
    pub from: Time,
    /// First moment behind it; the next day if it is not later.
    pub to: Time,
    /// Where it is that time.
    pub zone: Zone,
}
