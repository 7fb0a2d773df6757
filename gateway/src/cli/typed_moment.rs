//! A moment that people type: with its offset, or on the clock of the rules' zone.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::words::{Words, words};

/// Reads `2026-11-11 22:00` or `2026-11-11T22:00:00+08:00`; `what` names the place where it was written, `zone` is of IANA.
///
/// # Errors
/// It is no moment.
pub(super) fn moment(what: &str, written: &str, zone: &str) -> Result<Timestamp, Words> {
    if let Ok(moment) = written.parse() {
        return Ok(moment);
    }
    let on_the_clock: DateTime = written.parse().map_err(|_| {
        words!(
            "`{what} {written}` is no moment; write \"2026-11-11 22:00\" or 2026-11-11T22:00:00+08:00",
            "`{what} {written}` 不是时刻；请写 \"2026-11-11 22:00\" 或 2026-11-11T22:00:00+08:00"
        )
    })?;
    let moment = TimeZone::get(zone).and_then(|zone| on_the_clock.to_zoned(zone));
    let moment = moment.map_err(|error| {
        words!(
            "`{what} {written}` is no moment in {zone}: {error}",
            "`{what} {written}` 不是 {zone} 的时刻：{error}"
        )
    })?;
    Ok(moment.timestamp())
}
