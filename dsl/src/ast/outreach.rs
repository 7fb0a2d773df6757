//! Outreach: messages that nobody asked for.

use std::time::Duration;

use jiff::civil::Time;

use super::{Argument, Condition, Limit, Name, Path, Text, Trigger};
use crate::source::Span;

/// `outreach NAME` and its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outreach {
    /// Its name.
    pub name: Name,
    /// `on …`: messages and events. Empty only if reported.
    pub triggers: Vec<Trigger>,
    /// `on … where …`: looked at when it is planned.
    pub filter: Option<Condition>,
    /// `when …`: looked at when it is sent.
    pub condition: Option<Condition>,
    /// `unless …`, or `cannot be cancelled`.
    pub unless: Option<Unless>,
    /// `send …`; `None` only if reported.
    pub send: Option<Send>,
    /// `not later than 48h`, from the trigger on, and its place.
    pub latest: Option<(Duration, Span)>,
    /// `quiet hours 21:00 to 09:00`
    pub quiet: Option<QuietHours>,
    /// `at most once per 30d per customer`
    pub limit: Option<Limit>,
    /// The place of `counts as marketing`, if it says so.
    pub marketing: Option<Span>,
}

/// What takes a planned outreach back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unless {
    /// Any of these, from the trigger on. Never empty.
    Happens(Vec<Trigger>),
    /// Nothing but a rule.
    Never,
}

/// `send 收货关怀 (no: order.no) next day at 09:30 in customer.timezone or zone "Asia/Shanghai"`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Send {
    /// The template.
    pub template: Path,
    /// In order.
    pub arguments: Vec<Argument>,
    /// When.
    pub time: SendTime,
    /// All of it.
    pub span: Span,
}

/// When an outreach is sent, seen from its trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendTime {
    /// Not said.
    AtOnce,
    /// `after 24h`, and its place.
    After(Duration, Span),
    /// `next day at 09:30 in …`
    NextDay {
        /// Time of the next day.
        at: Time,
        /// Where it is that time.
        zone: ZoneChoice,
    },
}

/// `in customer.timezone or zone "Asia/Shanghai"`; without either the bundle's zone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ZoneChoice {
    /// A field that says it.
    pub field: Option<Path>,
    /// Its name.
    pub zone: Option<Text>,
}

/// `quiet hours 21:00 to 09:00 in customer.timezone`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietHours {
    /// First moment of quiet.
    pub from: Time,
    /// First moment behind it; the next day if it is not later.
    pub to: Time,
    /// Where it is that time.
    pub zone: ZoneChoice,
    /// All of it.
    pub span: Span,
}
