//! Days of the week: as calendars write them, and as people do, so that a finding can say what to write.

use jiff::civil::Weekday;

/// The days from Monday on: short, long, and in Chinese.
const DAYS: [[&str; 6]; 7] = [
    ["mon", "monday", "mondays", "周一", "星期一", "礼拜一"],
    ["tue", "tuesday", "tuesdays", "周二", "星期二", "礼拜二"],
    ["wed", "wednesday", "wednesdays", "周三", "星期三", "礼拜三"],
    ["thu", "thursday", "thursdays", "周四", "星期四", "礼拜四"],
    ["fri", "friday", "fridays", "周五", "星期五", "礼拜五"],
    ["sat", "saturday", "saturdays", "周六", "星期六", "礼拜六"],
    ["sun", "sunday", "sundays", "周日", "星期日", "星期天"],
];

/// The days in the order of [`DAYS`].
const WEEKDAYS: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// Several days at once.
const SEVERAL: [&str; 8] = [
    "weekday",
    "weekdays",
    "weekend",
    "weekends",
    "workday",
    "workdays",
    "周末",
    "工作日",
];

/// How a test names the day: its first day, 2026-01-05, is a Monday.
const TEST_DAYS: [&str; 7] = [
    "day 1", "day 2", "day 3", "day 4", "day 5", "day 6", "day 7",
];

/// Whether `word` is a day of the week, or several.
pub(crate) fn is_weekday(word: &str) -> bool {
    day_of_test(word).is_some() || SEVERAL.contains(&&*word.to_lowercase())
}

/// The day that a calendar writes as `word`.
pub(crate) fn day_named(word: &str) -> Option<Weekday> {
    WEEKDAYS.into_iter().find(|day| short_name(*day) == word)
}

/// How a calendar writes the day that people write as `word`.
pub(crate) fn day_meant(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let names = DAYS.iter().find(|names| names.contains(&&*word))?;
    names.first().copied()
}

/// How a calendar writes a day.
pub(crate) fn short_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}

/// From one day to another, both included, past Sunday if need be.
pub(crate) fn days_between(first: Weekday, last: Weekday) -> Vec<Weekday> {
    let mut days = vec![first];
    let mut day = first;
    while day != last {
        day = day.next();
        days.push(day);
    }
    days
}

/// All of them, from Monday on.
pub(crate) fn every_day() -> Vec<Weekday> {
    WEEKDAYS.to_vec()
}

/// What a test writes for a day of the week.
pub(crate) fn day_of_test(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let place = DAYS.iter().position(|names| names.contains(&&*word))?;
    TEST_DAYS.get(place).copied()
}
