//! Moments: exactly, as bytes, and for comparing, as numbers that Lua and sorted sets count without loss.

use jiff::Timestamp;

/// Seconds (8 bytes) and nanoseconds (4) since 1970, little endian.
pub(crate) const EXACT_BYTES: usize = 12;

/// Doubles count up to here without gaps: the year 2255, in microseconds.
const GREATEST: i64 = (1 << 53) - 1;

/// A moment as it was.
pub(crate) fn exact(at: Timestamp) -> [u8; EXACT_BYTES] {
    let mut bytes = [0; EXACT_BYTES];
    let (seconds, nanoseconds) = bytes.split_at_mut(size_of::<i64>());
    seconds.copy_from_slice(&at.as_second().to_le_bytes());
    nanoseconds.copy_from_slice(&at.subsec_nanosecond().to_le_bytes());
    bytes
}

/// The moment that [`exact`] wrote; `None` for other bytes.
pub(crate) fn read(bytes: &[u8]) -> Option<Timestamp> {
    let (seconds, nanoseconds) = bytes.split_at_checked(size_of::<i64>())?;
    let seconds = i64::from_le_bytes(seconds.try_into().ok()?);
    let nanoseconds = i32::from_le_bytes(nanoseconds.try_into().ok()?);
    Timestamp::new(seconds, nanoseconds).ok()
}

/// The present, for comparing: whole microseconds that have passed.
pub(crate) fn passed(now: Timestamp) -> i64 {
    now.as_microsecond().clamp(0, GREATEST)
}

/// Something ahead, for comparing: in microseconds, rounded up, so that nothing is early.
pub(crate) fn ahead(due: Timestamp) -> i64 {
    let is_between = due.subsec_nanosecond() % 1_000 != 0;
    let down = due.as_nanosecond().div_euclid(1_000);
    let up = down + i128::from(is_between);
    i64::try_from(up).unwrap_or(GREATEST).clamp(0, GREATEST)
}

/// The moment of a number that [`ahead`] made.
pub(crate) fn of_number(microseconds: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(microseconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_keep_the_nanosecond() {
        for text in [
            "2026-11-21T16:00:00.123456789Z",
            "1969-12-31T23:59:59.999999999Z",
            "9999-12-30T22:00:00Z",
        ] {
            let at: Timestamp = text.parse().expect(text);
            assert_eq!(read(&exact(at)), Some(at), "{text}");
        }
        assert_eq!(read(b"short"), None);
    }

    #[test]
    fn nothing_is_due_before_its_nanosecond() {
        let due: Timestamp = "2026-11-21T16:00:00.000001500Z".parse().expect("a moment");
        let before: Timestamp = "2026-11-21T16:00:00.000001499Z".parse().expect("a moment");
        let after: Timestamp = "2026-11-21T16:00:00.000002Z".parse().expect("a moment");
        assert!(passed(before) < ahead(due));
        assert!(passed(after) >= ahead(due));
        assert_eq!(of_number(ahead(after)), Some(after));
    }

    #[test]
    fn far_moments_stay_in_the_numbers_that_count() {
        assert_eq!(ahead(Timestamp::MAX), GREATEST);
        assert_eq!(passed(Timestamp::MIN), 0);
    }
}
