use std::time::Duration;

use signalbox_dsl::bundle::Scope;

use super::*;
use crate::ledger::LedgerUse;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn entry(scope: Scope, times: u32) -> LedgerUse {
    LedgerUse {
        key: "m.r#0".into(),
        scope,
        times,
    }
}

fn used_up(window: LimitWindow, times: u32, uses: &[&str], now: &str) -> bool {
    let mut ledger = Ledger::default();
    for used in uses {
        ledger.enter(&entry(Scope::Customer, times), at(used));
    }
    let limit = Limit {
        times,
        window,
        scope: Scope::Customer,
    };
    let shanghai = TimeZone::fixed(jiff::tz::offset(8));
    is_used_up(&limit, &ledger, "m.r#0", at(now), &shanghai)
}

#[test]
fn a_sliding_window_frees_a_use_when_it_is_exactly_one_window_old() {
    let half_an_hour = LimitWindow::Sliding(Duration::from_secs(1800));
    let uses = ["2026-01-05T10:00:00Z"];
    assert!(used_up(half_an_hour, 1, &uses, "2026-01-05T10:29:59Z"));
    assert!(!used_up(half_an_hour, 1, &uses, "2026-01-05T10:30:00Z"));
    assert!(!used_up(half_an_hour, 2, &uses, "2026-01-05T10:01:00Z"));
}

#[test]
fn today_is_the_calendar_day_of_the_bundles_zone() {
    let uses = ["2026-01-05T15:59:00Z"]; // 23:59 in Shanghai
    assert!(used_up(
        LimitWindow::Today,
        1,
        &uses,
        "2026-01-05T15:59:30Z"
    ));
    assert!(!used_up(
        LimitWindow::Today,
        1,
        &uses,
        "2026-01-05T16:00:00Z"
    ));
}

#[test]
fn whole_never_forgets_and_scopes_count_apart() {
    let uses = ["2020-01-05T15:59:00Z"];
    assert!(used_up(
        LimitWindow::Whole,
        1,
        &uses,
        "2026-01-05T16:00:00Z"
    ));
    let mut ledger = Ledger::default();
    ledger.enter(&entry(Scope::Episode, 1), at(uses[0]));
    let limit = Limit {
        times: 1,
        window: LimitWindow::Whole,
        scope: Scope::Customer,
    };
    assert!(!is_used_up(
        &limit,
        &ledger,
        "m.r#0",
        at(uses[0]),
        &TimeZone::UTC
    ));
}
