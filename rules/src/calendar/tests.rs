use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::civil::{date, time};
use jiff::tz::TimeZoneDatabase;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use signalbox_dsl::bundle::OpenSpan;

use super::*;

const DAYS: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

fn hours(zone: &str, spans: Vec<OpenSpan>) -> OpeningHours {
    let calendar = Calendar {
        name: "c".into(),
        zone: zone.into(),
        spans,
        holidays: BTreeSet::new(),
        make_up_days: BTreeSet::new(),
        make_up_as: None,
    };
    let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
    OpeningHours::new(calendar, zone)
}

fn span(days: &[Weekday], from: (i8, i8), to: (i8, i8)) -> OpenSpan {
    OpenSpan {
        days: days.to_vec(),
        from: time(from.0, from.1, 0, 0),
        to: time(to.0, to.1, 0, 0),
    }
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn next(hours: &OpeningHours, now: &str) -> String {
    let next = hours.opens_next(moment(now)).unwrap();
    next.to_zoned(hours.zone.clone()).datetime().to_string()
}

#[test]
fn spans_go_past_midnight_and_touching_ones_are_one() {
    let bar = hours(
        "Asia/Shanghai",
        vec![
            span(&[Weekday::Friday], (18, 0), (2, 0)),
            span(&[Weekday::Saturday], (2, 0), (3, 0)),
        ],
    );
    // 2026-01-09 is a Friday.
    assert!(!bar.is_open(moment("2026-01-09T17:59:59+08:00")));
    assert!(bar.is_open(moment("2026-01-09T18:00:00+08:00")));
    assert!(bar.is_open(moment("2026-01-10T02:59:59+08:00")));
    assert!(!bar.is_open(moment("2026-01-10T03:00:00+08:00")));
    assert_eq!(
        next(&bar, "2026-01-09T12:00:00+08:00"),
        "2026-01-09T18:00:00"
    );
    // 02:00 on Saturday is no opening: it was open all the time.
    assert_eq!(
        next(&bar, "2026-01-09T19:00:00+08:00"),
        "2026-01-16T18:00:00"
    );
}

#[test]
fn holidays_close_and_make_up_days_have_the_hours_of_another_day() {
    let mut office = hours("Asia/Shanghai", vec![span(&DAYS[..5], (9, 0), (18, 0))]);
    // A Thursday off, the Sunday before worked.
    office.calendar.holidays.insert(date(2026, 1, 1));
    office.calendar.make_up_days.insert(date(2026, 1, 4));
    assert!(!office.is_open(moment("2026-01-01T10:00:00+08:00")));
    assert_eq!(
        next(&office, "2025-12-31T20:00:00+08:00"),
        "2026-01-02T09:00:00"
    );
    assert!(!office.is_open(moment("2026-01-04T10:00:00+08:00")));
    office.calendar.make_up_as = Some(Weekday::Monday);
    assert!(office.is_open(moment("2026-01-04T10:00:00+08:00")));
    assert_eq!(
        next(&office, "2026-01-02T20:00:00+08:00"),
        "2026-01-04T09:00:00"
    );
}

#[test]
fn a_change_of_the_clocks_opens_once_and_closes_once() {
    // 2026-03-29 02:00 becomes 03:00 in Berlin, 2026-10-25 03:00 becomes 02:00.
    let night = hours("Europe/Berlin", vec![span(&DAYS, (2, 30), (4, 0))]);
    assert_eq!(next(&night, "2026-03-28T12:00:00Z"), "2026-03-29T03:30:00");
    assert!(night.is_open(moment("2026-10-25T00:30:00Z")));
    assert!(
        night.is_open(moment("2026-10-25T01:15:00Z")),
        "02:15 the second time"
    );
    assert_eq!(next(&night, "2026-10-25T00:30:00Z"), "2026-10-26T02:30:00");
    let skipped = hours(
        "Europe/Berlin",
        vec![span(&[Weekday::Sunday], (2, 30), (3, 10))],
    );
    assert_eq!(
        next(&skipped, "2026-03-28T12:00:00Z"),
        "2026-04-05T02:30:00"
    );
    // All day long is never closed, however long the day is.
    let always = hours("Europe/Berlin", vec![span(&DAYS, (0, 0), (0, 0))]);
    assert_eq!(always.opens_next(moment("2026-03-28T12:00:00Z")), None);
}

fn calendars() -> impl Strategy<Value = OpeningHours> {
    let zones = select(vec![
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/St_Johns",
    ]);
    let clock = || (0..24_i8, select(vec![0, 1, 30, 59_i8]));
    let spans = (subsequence(DAYS.to_vec(), 1..=7), clock(), clock())
        .prop_map(|(days, from, to)| span(&days, from, to));
    let spans = prop::collection::vec(spans, 1..4);
    (zones, spans, select(vec![true, false])).prop_map(|(zone, spans, has_holidays)| {
        let mut hours = hours(zone, spans);
        if has_holidays {
            let calendar = &mut hours.calendar;
            calendar
                .holidays
                .extend([date(2026, 3, 29), date(2026, 10, 26)]);
            calendar
                .make_up_days
                .extend([date(2026, 3, 28), date(2026, 11, 1)]);
            calendar.make_up_as = Some(Weekday::Wednesday);
        }
        hours
    })
}

/// Near the changes of the clocks of all these zones.
fn moments() -> impl Strategy<Value = Timestamp> {
    let around = select(vec![
        "2026-03-08T07:00:00Z",
        "2026-03-29T01:00:00Z",
        "2026-04-04T15:00:00Z",
        "2026-10-03T15:30:00Z",
        "2026-10-25T01:00:00Z",
        "2026-11-01T06:00:00Z",
    ]);
    (around, -2000..2000_i64)
        .prop_map(|(around, minutes)| moment(around) + SignedDuration::from_mins(minutes))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Minute by minute: the next opening is the first minute that is open and whose minute before is not.
    #[test]
    fn the_next_opening_is_the_one_that_a_watchman_sees(hours in calendars(), now in moments()) {
        let mut minute = now;
        let mut seen = None;
        let mut was_open = hours.is_open(now);
        for _ in 0..3 * 24 * 60 {
            minute += SignedDuration::from_mins(1);
            let is_open = hours.is_open(minute);
            if is_open && !was_open {
                seen = Some(minute);
                break;
            }
            was_open = is_open;
        }
        let told = hours.opens_next(now);
        match seen {
            Some(_) => prop_assert_eq!(told, seen),
            None => prop_assert!(told.is_none_or(|told| told > minute)),
        }
    }

    /// Where no clock changes, the clock on the wall tells.
    #[test]
    fn without_changes_of_the_clocks_the_wall_clock_tells(
        spans in prop::collection::vec((0..7_usize, 0..24_i8, 0..24_i8), 1..4),
        minutes in 0..20_000_i64,
    ) {
        let spans: Vec<OpenSpan> = spans
            .iter()
            .map(|(day, from, to)| span(&[DAYS[*day]], (*from, 0), (*to, 0)))
            .collect();
        let hours = hours("Asia/Shanghai", spans.clone());
        let now = moment("2026-01-05T00:00:00+08:00") + SignedDuration::from_mins(minutes);
        let wall = now.to_zoned(hours.zone.clone()).datetime();
        let expected = spans.iter().any(|span| {
            let (day, clock) = (span.days[0], wall.time());
            let today = wall.date().weekday() == day;
            let yesterday = wall.date().weekday().previous() == day;
            if span.from < span.to {
                today && span.from <= clock && clock < span.to
            } else {
                today && span.from <= clock || yesterday && clock < span.to
            }
        });
        prop_assert_eq!(hours.is_open(now), expected);
    }
}
