//! Opening hours, and the days that are unlike other days.

use jiff::civil::{Date, Time, Weekday};

use super::{Name, Path, Text};
use crate::source::Span;

/// `calendar NAME` and its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Its name.
    pub name: Name,
    /// When it is open, in order.
    pub open: Vec<OpenDays>,
    /// `closed on holidays of a, b`: of two that speak of one day the later one counts.
    pub holidays: Vec<Path>,
    /// `make-up days as mon`: whose hours a working day has that makes up for a holiday.
    pub make_up_as: Option<Weekday>,
    /// `zone "Asia/Shanghai"`; the bundle's if it is not said.
    pub zone: Option<Text>,
}

/// `mon to fri, sun from 09:00 to 21:00`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDays {
    /// Each once, as written.
    pub days: Vec<Weekday>,
    /// The first moment inside.
    pub from: Time,
    /// The first moment outside; on the next day if it is not later than `from`.
    pub to: Time,
    /// The whole line.
    pub span: Span,
}

/// `holidays NAME of 2025, 2026` and its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holidays {
    /// Its name.
    pub name: Name,
    /// The years of which it knows every day.
    pub years: Vec<Year>,
    /// In order.
    pub lines: Vec<HolidayLine>,
}

/// A year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Year {
    /// Its number.
    pub number: i16,
    /// Where it stands.
    pub span: Span,
}

/// `off 2026-10-01 to 2026-10-07 "国庆节"`, `work 2026-09-20`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayLine {
    /// A working day that makes up for a holiday, not a holiday.
    pub make_up: bool,
    /// The first day.
    pub first: Date,
    /// The last day; the first one if only one is named.
    pub last: Date,
    /// What is celebrated, for people.
    pub title: Option<Text>,
    /// Where the days stand.
    pub span: Span,
}
