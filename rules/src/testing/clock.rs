//! The clock of a test: its days by number or date, in the zone of the bundle.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span as Days, Timestamp};
use signalbox_dsl::bundle::{TestAction, TestCase, TestDay};

/// Day 1 of a test that names no date: a Monday.
const FIRST_DAY: Date = jiff::civil::date(2026, 1, 5);

pub(super) struct Clock {
    first_day: Date,
    zone: TimeZone,
}

impl Clock {
    pub(super) fn of(case: &TestCase, zone: &TimeZone) -> Self {
        let dated = case.steps.iter().find_map(|step| match step.action {
            TestAction::At {
                day: TestDay::Date(date),
                ..
            } => Some(date),
            _ => None,
        });
        Self {
            first_day: dated.unwrap_or(FIRST_DAY),
            zone: zone.clone(),
        }
    }

    /// Midnight of the first day.
    pub(super) fn start(&self) -> Timestamp {
        self.moment(TestDay::Number(1), Time::MIN)
    }

    pub(super) fn moment(&self, day: TestDay, time: Time) -> Timestamp {
        let date = match day {
            TestDay::Date(date) => date,
            TestDay::Number(number) => {
                let days = Days::new().try_days(i64::from(number.saturating_sub(1)));
                let date = days.and_then(|days| self.first_day.checked_add(days));
                date.unwrap_or(Date::MAX)
            }
        };
        date.to_datetime(time)
            .to_zoned(self.zone.clone())
            .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
    }
}
