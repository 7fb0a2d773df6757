//! Where the clock is moved to: `+10m`, `+1d`, `22:00`, `2026-11-11 22:00`.

use jiff::civil::Time;
use jiff::{Span, ToSpan, Zoned};

use crate::cli::typed_moment::moment;
use crate::words::{Words, words};

/// The moment that is meant. A time of day is the next one.
///
/// # Errors
/// It is none, or beyond the calendar.
pub(super) fn moved(now: &Zoned, written: &str) -> Result<Zoned, Words> {
    let beyond = |_| {
        words!(
            "`{written}` is beyond the calendar; move the clock less far",
            "`{written}` 超出了日历范围；请拨得近一些"
        )
    };
    if let Some(length) = written.strip_prefix(['+', '＋']) {
        let span: Span = length.trim().parse().map_err(|_| {
            words!(
                "`{written}` is no length of time; write +10m, +2h30m or +1d",
                "`{written}` 不是时长；请写 +10m、+2h30m 或 +1d"
            )
        })?;
        return now.checked_add(span).map_err(beyond);
    }
    // What has a date as well would be read too, by its time alone.
    let is_time = !written.contains(['-', ' ']);
    if is_time && let Ok(time) = written.replace('：', ":").parse::<Time>() {
        let today = now.with().time(time).build().map_err(beyond)?;
        return match today < *now {
            true => today.checked_add(1.day()).map_err(beyond),
            false => Ok(today),
        };
    }
    let zone = now.time_zone().iana_name().unwrap_or_default();
    let moment = moment("/clock", written, zone)?;
    Ok(moment.to_zoned(now.time_zone().clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_the_next_one_and_a_day_is_of_the_calendar() {
        let now: Zoned = "2026-11-11T22:00+08:00[Asia/Shanghai]".parse().unwrap();
        for (written, expected) in [
            ("+10m", "2026-11-11T22:10:00"),
            ("+1d", "2026-11-12T22:00:00"),
            ("22:30", "2026-11-11T22:30:00"),
            ("09：30", "2026-11-12T09:30:00"),
            ("2025-12-01 23:00", "2025-12-01T23:00:00"),
            ("2026-12-01 08:00", "2026-12-01T08:00:00"),
        ] {
            let found = moved(&now, written).unwrap();
            assert_eq!(found.datetime().to_string(), expected, "{written}");
        }
    }
}
