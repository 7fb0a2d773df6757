use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn used(key: &str, times: u32) -> LedgerUse {
    LedgerUse {
        key: key.into(),
        scope: Scope::Customer,
        times,
    }
}

#[test]
fn only_as_many_uses_are_kept_as_the_limit_counts() {
    let mut ledger = Ledger::default();
    for second in 0..5 {
        ledger.enter(&used("m.r#0", 2), at(second));
    }
    assert_eq!(ledger.uses("m.r#0", Scope::Customer), [at(3), at(4)]);
}

#[test]
fn the_limits_of_rules_that_are_no_more_do_not_pile_up() {
    let mut ledger = Ledger::default();
    let keys = (0..).map(|number| format!("m.r{number}#0"));
    for (second, key) in (0..).zip(keys.take(Ledger::MOST_KEYS)) {
        ledger.enter(&used(&key, 1), at(second));
    }
    ledger.enter(&used("m.r0#0", 1), at(2_000));
    ledger.enter(&used("m.new#0", 1), at(2_001));
    let is_kept = |key| !ledger.uses(key, Scope::Customer).is_empty();
    assert!(is_kept("m.new#0") && is_kept("m.r0#0") && is_kept("m.r2#0"));
    assert!(!is_kept("m.r1#0"), "it was not used for the longest time");
}
