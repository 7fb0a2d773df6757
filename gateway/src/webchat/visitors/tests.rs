use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_323_045 + seconds).unwrap()
}

fn visitors() -> Visitors {
    Visitors::new(&[7; 32])
}

#[test]
fn each_use_renews_and_the_one_before_stays_good_for_ten_minutes() {
    let visitors = visitors();
    let first = visitors.begin("a", at(0)).unwrap();
    let second = visitors.renew(&first.signed, "a", at(10)).unwrap();
    assert_eq!(second.token.visitor, first.token.visitor);
    assert_ne!(second.signed, first.signed);
    visitors.arrived(&second.token, at(11));
    let other_tab = visitors.renew(&first.signed, "a", at(600)).unwrap();
    assert_eq!(
        other_tab.signed, second.signed,
        "two tabs come to have the same token"
    );
    assert_eq!(visitors.renew(&first.signed, "a", at(12 + 600)), None);
    assert!(visitors.renew(&second.signed, "a", at(12 + 600)).is_some());
}

#[test]
fn a_token_is_not_replaced_by_one_that_never_arrived() {
    let visitors = visitors();
    let first = visitors.begin("a", at(0)).unwrap();
    let lost = visitors.renew(&first.signed, "a", at(10)).unwrap();
    let again = visitors.renew(&first.signed, "a", at(86_400)).unwrap();
    assert_eq!(again, lost);
}

#[test]
fn many_renewals_in_a_row_keep_the_visitor() {
    let visitors = visitors();
    let mut current = visitors.begin("a", at(0)).unwrap();
    let id = current.token.visitor;
    for _ in 0..200 {
        let next = visitors.renew(&current.signed, "a", at(1)).unwrap();
        assert_ne!(next.signed, current.signed, "also within one millisecond");
        current = next;
    }
    assert_eq!(current.token.visitor, id);
}

#[test]
fn a_token_is_good_at_its_site_only_and_only_if_we_signed_it() {
    let visitors = visitors();
    let token = visitors.begin("a", at(0)).unwrap();
    assert_eq!(visitors.renew(&token.signed, "b", at(1)), None);
    assert_eq!(visitors.renew("visitor-1", "a", at(1)), None);
    let foreign = Visitors::new(&[8; 32]).begin("a", at(0)).unwrap();
    assert_eq!(visitors.renew(&foreign.signed, "a", at(1)), None);
}

#[test]
fn after_a_restart_a_genuine_token_is_good() {
    let token = visitors().begin("a", at(0)).unwrap();
    assert_eq!(
        visitors()
            .renew(&token.signed, "a", at(60))
            .unwrap()
            .token
            .visitor,
        token.token.visitor
    );
}

#[test]
fn after_a_restart_the_newest_token_ends_older_ones_in_whatever_order_they_come() {
    let before = visitors();
    let stolen = before.begin("a", at(0)).unwrap();
    let own = before.renew(&stolen.signed, "a", at(10)).unwrap();
    before.arrived(&own.token, at(11));
    // The newest first.
    let visitors = self::visitors();
    let next = visitors.renew(&own.signed, "a", at(10_000)).unwrap();
    assert_eq!(visitors.renew(&stolen.signed, "a", at(10_001)), None);
    assert!(visitors.renew(&next.signed, "a", at(10_002)).is_some());
    // The stolen one first: nothing shows yet that it was replaced.
    let visitors = self::visitors();
    let taken = visitors.renew(&stolen.signed, "a", at(10_000)).unwrap();
    assert!(visitors.prove(&own.signed, at(10_001)).is_some());
    let next = visitors.renew(&own.signed, "a", at(10_001)).unwrap();
    assert_eq!(next.token.visitor, own.token.visitor);
    for ended in [&stolen, &taken] {
        assert_eq!(visitors.renew(&ended.signed, "a", at(10_002)), None);
        assert_eq!(visitors.prove(&ended.signed, at(10_002)), None);
    }
    assert!(visitors.renew(&next.signed, "a", at(10_003)).is_some());
}
