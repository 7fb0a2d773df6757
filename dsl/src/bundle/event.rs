//! What other systems may report.

use std::sync::Arc;

use super::FieldId;

/// A declared event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventType {
    /// Dotted name, such as `order.delivered`.
    pub name: Arc<str>,
    /// What it brings, as declared.
    pub fields: Vec<EventField>,
}

/// A field of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventField {
    /// Which; its path is the event's first word and the declared name: `order.amount`.
    pub field: FieldId,
    /// May be left out of this event.
    pub optional: bool,
}
