//! Days of the week, which rules of this version cannot ask for: recognised so that the finding can say so.

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

/// What a test writes for a day of the week.
pub(crate) fn day_of_test(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let place = DAYS.iter().position(|names| names.contains(&&*word))?;
    TEST_DAYS.get(place).copied()
}
