use super::*;
use crate::limits::MOST_STEPS;
use crate::steps::counted;

#[test]
fn what_would_be_too_long_is_refused_before_it_is_made() {
    let long: ImmutableString = "x".repeat(16_000).into();
    let (whole, _) = counted(MOST_STEPS, || {
        let mut text = long.clone();
        let refused = replace(&mut text, 'x'.into(), long.clone().into());
        assert!(refused.is_err());
        let refused = pad(&mut text, INT::MAX, 'x'.into());
        assert!(refused.is_err());
        text
    });
    assert_eq!(whole, long);
}
