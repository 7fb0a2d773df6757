use proptest::prelude::*;

use super::*;

/// Stretches with ends among the numbers 0 to 9, and the numbers 0, 0.5, 1 … 9.5 that lie in them.
fn set(ends: &[(u8, bool, u8, bool)]) -> ValueSet {
    let cut = |number: u8, behind: bool| match behind {
        true => Cut::Behind(Decimal::from(number)),
        false => Cut::Before(Decimal::from(number)),
    };
    let one = |&(from, after_from, to, after_to): &(u8, bool, u8, bool)| ValueSet::Ranges {
        of: vec![(cut(from, after_from), cut(to, after_to))]
            .into_iter()
            .filter(|(from, to)| from.key() < to.key())
            .collect(),
        currency: None,
    };
    let empty = ValueSet::Ranges {
        of: Vec::new(),
        currency: None,
    };
    ends.iter()
        .map(one)
        .fold(empty, |all, one| all.union(&one).unwrap())
}

fn contains(set: &ValueSet, number: Decimal) -> bool {
    let ValueSet::Ranges { of, .. } = set else {
        panic!("{set:?}");
    };
    of.iter().any(|(from, to)| {
        from.key() <= Cut::Before(number).key() && Cut::Behind(number).key() <= to.key()
    })
}

fn points() -> impl Iterator<Item = Decimal> {
    (0..20).map(|half| Decimal::new(half * 5, 1))
}

fn some_ends() -> impl Strategy<Value = Vec<(u8, bool, u8, bool)>> {
    prop::collection::vec((0_u8..10, any::<bool>(), 0_u8..10, any::<bool>()), 0..4)
}

proptest! {
    #[test]
    fn stretches_behave_like_sets(left in some_ends(), right in some_ends()) {
        let (left, right) = (set(&left), set(&right));
        for point in points() {
            let (in_left, in_right) = (contains(&left, point), contains(&right, point));
            prop_assert_eq!(contains(&left.intersection(&right), point), in_left && in_right);
            prop_assert_eq!(contains(&left.union(&right).unwrap(), point), in_left || in_right);
            prop_assert_eq!(contains(&left.complement(), point), !in_left);
        }
        prop_assert_eq!(left.complement().complement(), left.clone());
        prop_assert!(left.intersection(&left.complement()).is_empty());
    }

    #[test]
    fn a_number_of_a_stretch_lies_in_it(ends in some_ends(), whole: bool) {
        if let ValueSet::Ranges { of, .. } = set(&ends) {
            for range in of {
                let one = ValueSet::Ranges { of: vec![range], currency: None };
                if let Some(number) = number_in(range, whole) {
                    prop_assert!(contains(&one, number));
                    prop_assert!(!whole || number.is_integer());
                } else {
                    prop_assert!(whole, "{range:?}");
                }
            }
        }
    }
}

#[test]
fn names_and_texts_behave_like_sets() {
    let name = |text: &str| Arc::<str>::from(text);
    let members = ["a", "b", "c"].map(name);
    let all = everything(&Type::Enum(name("e")), &members).unwrap();
    let texts = |of: &[&str], all_but| ValueSet::Texts {
        of: of.iter().copied().map(name).collect(),
        all_but,
    };
    assert!(all.complement().is_empty());
    assert!(
        texts(&["x"], false)
            .intersection(&texts(&["x"], true))
            .is_empty()
    );
    assert_eq!(
        texts(&["x"], false).union(&texts(&["y"], false)),
        Some(texts(&["x", "y"], false))
    );
    assert_eq!(
        texts(&["x"], true).union(&texts(&["x", "y"], false)),
        Some(texts(&[], true))
    );
    assert_eq!(
        texts(&["x"], true).intersection(&texts(&["y"], true)),
        texts(&["x", "y"], true)
    );
}

#[test]
fn money_of_two_currencies_never_meets() {
    let money = |code: &str| ValueSet::Ranges {
        of: vec![(Cut::Start, Cut::End)],
        currency: Currency::from_code(code),
    };
    assert!(money("CNY").intersection(&money("USD")).is_empty());
    assert_eq!(money("CNY").union(&money("USD")), None);
}
