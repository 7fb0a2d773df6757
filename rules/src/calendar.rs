//! Opening hours as moments: whether a calendar is open, and when it opens next.
//!
//! A span of a day becomes the moments at which its zone's clock shows its beginning and its end. Where the clock skips that time the
//! moment is as much later as the clock jumps; where the clock shows it twice the first time counts. So a span that meets a change of
//! the clocks opens once and closes once, and is an hour shorter or longer like every other stretch of that day.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span as Days, Timestamp};
use signalbox_dsl::bundle::Calendar;

/// A calendar that does not open within so many days counts as one that never does.
pub(crate) const MOST_DAYS_AHEAD: usize = 400;

/// A calendar of the bundle with its zone's rules.
#[derive(Debug)]
pub(crate) struct OpeningHours {
    calendar: Calendar,
    pub(crate) zone: TimeZone,
}

/// From the first moment inside to the first outside.
type Stretch = (Timestamp, Timestamp);

impl OpeningHours {
    pub(crate) fn new(calendar: Calendar, zone: TimeZone) -> Self {
        Self { calendar, zone }
    }

    /// Whether it is open at `now`.
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        self.around(now)
            .iter()
            .any(|(from, to)| (*from..*to).contains(&now))
    }

    /// The first moment after `now` at which it is open and just before was not.
    pub(crate) fn opens_next(&self, now: Timestamp) -> Option<Timestamp> {
        let first = self.day_of(now).yesterday().ok()?;
        let mut best: Option<Timestamp> = None;
        for day in first.series(Days::new().days(1)).take(MOST_DAYS_AHEAD) {
            let had_one = best.is_some();
            let openings = self.stretches(day).map(|(from, _)| from);
            let later = openings.filter(|from| *from > now && self.is_an_opening(*from));
            best = later.chain(best).min();
            // The day after the first find may still hold an earlier one: days can overlap where a clock goes back.
            if had_one {
                break;
            }
        }
        best
    }

    /// Not where one span ends and the next begins.
    fn is_an_opening(&self, moment: Timestamp) -> bool {
        let mut around = self.around(moment).into_iter();
        !around.any(|(from, to)| from < moment && moment <= to)
    }

    /// All that can be open at a moment: a span is a day long at most, and a clock goes back by less than a day.
    fn around(&self, moment: Timestamp) -> Vec<Stretch> {
        let today = self.day_of(moment);
        let days = [today.yesterday().ok(), Some(today), today.tomorrow().ok()];
        let days = days.into_iter().flatten();
        days.flat_map(|day| self.stretches(day)).collect()
    }

    fn day_of(&self, moment: Timestamp) -> Date {
        moment.to_zoned(self.zone.clone()).date()
    }

    /// What is open of a day, as far as it begins on it.
    fn stretches(&self, day: Date) -> impl Iterator<Item = Stretch> {
        let weekday = self.hours_of(day);
        let spans = self.calendar.spans.iter();
        let spans = spans.filter(move |span| weekday.is_some_and(|it| span.days.contains(&it)));
        spans.filter_map(move |span| {
            let last_day = if span.to > span.from {
                day
            } else {
                day.tomorrow().ok()?
            };
            let stretch = (self.at(day, span.from)?, self.at(last_day, span.to)?);
            // A clock that jumps over the end of a span jumps over the span.
            (stretch.0 < stretch.1).then_some(stretch)
        })
    }

    /// Whose hours a day has; `None` for a holiday.
    fn hours_of(&self, day: Date) -> Option<Weekday> {
        if self.calendar.holidays.contains(&day) {
            return None;
        }
        let make_up_as = self.calendar.make_up_as;
        let is_make_up = self.calendar.make_up_days.contains(&day);
        make_up_as
            .filter(|_| is_make_up)
            .or_else(|| Some(day.weekday()))
    }

    fn at(&self, day: Date, time: Time) -> Option<Timestamp> {
        let moment = day.to_datetime(time).to_zoned(self.zone.clone()).ok()?;
        Some(moment.timestamp())
    }
}

#[cfg(test)]
mod tests;
