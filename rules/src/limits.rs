//! Whether a limited effect is used up.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use signalbox_dsl::bundle::{Limit, LimitWindow, Rule};

use crate::ledger::Ledger;

/// The name of a limited effect in the ledger: the rule's full name, `#`, the effect's place in the rule, counted from 0. A new
/// bundle that keeps the rule and the order of its effects goes on counting.
pub fn ledger_key(rule: &Rule, effect: usize) -> String {
    format!("{}#{effect}", rule.name)
}

/// Whether `limit` leaves no further use at `now`.
pub(crate) fn is_used_up(
    limit: &Limit,
    ledger: &Ledger,
    key: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> bool {
    let uses = ledger.uses(key, limit.scope);
    count_within(uses, limit.window, now, zone) >= limit.times as usize
}

/// How many moments lie in the window that ends at `now`. One that lies exactly one window back does not.
pub(crate) fn count_within(
    uses: &[Timestamp],
    window: LimitWindow,
    now: Timestamp,
    zone: &TimeZone,
) -> usize {
    match window {
        LimitWindow::Sliding(window) => {
            let start = SignedDuration::try_from(window)
                .ok()
                .and_then(|window| now.checked_sub(window).ok());
            uses.iter()
                .filter(|use_at| start.is_none_or(|start| **use_at > start))
                .count()
        }
        LimitWindow::Today => {
            let day = |moment: Timestamp| moment.to_zoned(zone.clone()).date();
            let today = day(now);
            uses.iter().filter(|use_at| day(**use_at) == today).count()
        }
        LimitWindow::Whole => uses.len(),
    }
}

#[cfg(test)]
mod tests;
