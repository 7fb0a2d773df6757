//! One value as people of a language write it.

use std::fmt::Write;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use signalbox_dsl::value::{Currency, Value};

/// Whose words values are written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    /// `zh` and all below it.
    Chinese,
    /// All others.
    English,
}

impl Words {
    /// The words of a language tag.
    pub(crate) fn of(language: &str) -> Self {
        let base = language.split('-').next().unwrap_or_default();
        if base.eq_ignore_ascii_case("zh") {
            Self::Chinese
        } else {
            Self::English
        }
    }
}

/// Appends `value` to `text`. Moments are written as the clock of `zone` shows them.
pub(crate) fn render_value(value: &Value, words: Words, zone: &TimeZone, text: &mut String) {
    match value {
        Value::Text(written)
        | Value::Timezone(written)
        | Value::Language(written)
        | Value::Member(written) => text.push_str(written),
        Value::Bool(is_true) => text.push_str(match (words, is_true) {
            (Words::Chinese, true) => "是",
            (Words::Chinese, false) => "否",
            (Words::English, true) => "yes",
            (Words::English, false) => "no",
        }),
        Value::Number(number) => append(text, format_args!("{}", number.normalize())),
        Value::Percent(percent) => append(text, format_args!("{}%", percent.normalize())),
        Value::Money { currency, amount } => money(*currency, *amount, words, text),
        Value::Duration(length) => duration(*length, words, text),
        Value::TimeOfDay(time) => time_of_day(*time, text),
        Value::Date(day) => date(*day, words, text),
        Value::Timestamp(moment) => {
            let civil = moment.to_zoned(zone.clone()).datetime();
            date(civil.date(), words, text);
            text.push_str(match words {
                Words::Chinese => " ",
                Words::English => ", ",
            });
            time_of_day(civil.time(), text);
        }
        Value::List(elements) => {
            for (place, element) in elements.iter().enumerate() {
                if place > 0 {
                    text.push_str(match words {
                        Words::Chinese => "、",
                        Words::English => ", ",
                    });
                }
                render_value(element, words, zone, text);
            }
        }
    }
}

/// Appends a moment of the next days as people name it from `now`: 明天 09:00, Monday at 09:00.
pub(crate) fn render_near_moment(
    moment: Timestamp,
    now: Timestamp,
    words: Words,
    zone: &TimeZone,
    text: &mut String,
) {
    let [moment, now] = [moment, now].map(|it| it.to_zoned(zone.clone()).datetime());
    let day = moment.date();
    let ahead = (day - now.date()).get_days();
    match (ahead, words) {
        (0, Words::Chinese) => text.push_str("今天"),
        (0, Words::English) => text.push_str("today"),
        (1, Words::Chinese) => text.push_str("明天"),
        (1, Words::English) => text.push_str("tomorrow"),
        (2..=6, _) => text.push_str(weekday(day, words)),
        _ if day.year() != now.year() => date(day, words, text),
        (_, Words::Chinese) => append(text, format_args!("{}月{}日", day.month(), day.day())),
        (_, Words::English) => append(text, format_args!("{} {}", day.day(), month(day))),
    }
    text.push_str(match words {
        Words::Chinese => " ",
        Words::English => " at ",
    });
    time_of_day(moment.time(), text);
}

fn weekday(day: Date, words: Words) -> &'static str {
    let (chinese, english) = match day.weekday() {
        Weekday::Monday => ("周一", "Monday"),
        Weekday::Tuesday => ("周二", "Tuesday"),
        Weekday::Wednesday => ("周三", "Wednesday"),
        Weekday::Thursday => ("周四", "Thursday"),
        Weekday::Friday => ("周五", "Friday"),
        Weekday::Saturday => ("周六", "Saturday"),
        Weekday::Sunday => ("周日", "Sunday"),
    };
    match words {
        Words::Chinese => chinese,
        Words::English => english,
    }
}

fn append(text: &mut String, written: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = text.write_fmt(written);
}

/// At least the currency's usual decimals, more only if the amount has them.
fn money(currency: Currency, amount: Decimal, words: Words, text: &mut String) {
    let mut amount = amount.normalize();
    let decimals = match currency.code() {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" => 0,
        _ => 2,
    };
    if amount.scale() < decimals {
        amount.rescale(decimals);
    }
    let unit = match (words, currency.code()) {
        (Words::Chinese, "CNY") => "元",
        (Words::Chinese, "USD") => "美元",
        (Words::Chinese, "EUR") => "欧元",
        (Words::Chinese, "JPY") => "日元",
        (Words::Chinese, "HKD") => "港元",
        (Words::Chinese, "GBP") => "英镑",
        (_, code) => return append(text, format_args!("{code} {amount}")),
    };
    append(text, format_args!("{amount}{unit}"));
}

/// Hours, minutes, seconds, milliseconds, those that are not zero. Never days: 24 hours are not always one.
fn duration(length: Duration, words: Words, text: &mut String) {
    let seconds = length.as_secs();
    let parts = [
        (seconds / 3600, "小时", "hour"),
        (seconds / 60 % 60, "分钟", "minute"),
        (seconds % 60, "秒", "second"),
        (u64::from(length.subsec_millis()), "毫秒", "millisecond"),
    ];
    let written = parts.iter().filter(|(count, ..)| *count > 0);
    for (place, (count, chinese, english)) in written.clone().enumerate() {
        match words {
            Words::Chinese => append(text, format_args!("{count}{chinese}")),
            Words::English => {
                let space = if place > 0 { " " } else { "" };
                let plural = if *count == 1 { "" } else { "s" };
                append(text, format_args!("{space}{count} {english}{plural}"));
            }
        }
    }
    if written.count() == 0 {
        text.push_str(match words {
            Words::Chinese => "0秒",
            Words::English => "0 seconds",
        });
    }
}

/// `09:30`; seconds only if there are any.
fn time_of_day(time: Time, text: &mut String) {
    append(
        text,
        format_args!("{:02}:{:02}", time.hour(), time.minute()),
    );
    if time.second() != 0 {
        append(text, format_args!(":{:02}", time.second()));
    }
}

fn date(day: Date, words: Words, text: &mut String) {
    match words {
        Words::Chinese => append(
            text,
            format_args!("{}年{}月{}日", day.year(), day.month(), day.day()),
        ),
        Words::English => append(
            text,
            format_args!("{} {} {}", day.day(), month(day), day.year()),
        ),
    }
}

/// In English.
fn month(day: Date) -> &'static str {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = usize::try_from(day.month() - 1).ok();
    month
        .and_then(|month| MONTHS.get(month))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
