//! Opening hours with holidays and the working days that make up for them.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::{Date, Time, Weekday};

/// Opening hours.
///
/// A day has the spans of its weekday; a holiday has none; a make-up day has those of `make_up_as`. A span belongs to the day on which
/// it begins, also where it ends on the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Its name.
    pub name: Arc<str>,
    /// IANA zone in which times and days are read.
    pub zone: Arc<str>,
    /// Never empty.
    pub spans: Vec<OpenSpan>,
    /// Closed whatever weekday they are.
    pub holidays: BTreeSet<Date>,
    /// Working days that make up for holidays; none of them is one.
    pub make_up_days: BTreeSet<Date>,
    /// Whose spans a make-up day has; `None`: its own weekday's.
    pub make_up_as: Option<Weekday>,
}

/// One span of each of some days of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSpan {
    /// Days on which it begins, each once.
    pub days: Vec<Weekday>,
    /// The first moment inside.
    pub from: Time,
    /// The first moment outside; on the next day if it is not later than `from`.
    pub to: Time,
}
