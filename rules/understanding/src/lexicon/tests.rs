//! What is read, and what is refused.

use super::*;

#[test]
fn kinds_are_read() {
    let lexicon = Lexicon::read(&[
        "# x\n[anger 80, negative 70 | negative 5]\n气死, mad*\n[stronger 130]\n非常",
    ])
    .unwrap();
    let mad = &lexicon.phrases[1];
    assert_eq!((&*mad.text, mad.is_open), ("mad", true));
    let Meaning::Says { plainly, negated } = &mad.meaning else {
        panic!("{mad:?}");
    };
    assert_eq!(plainly[Head::Anger], Score::from_percent(80));
    assert_eq!(negated[Head::Negative], Score::from_percent(5));
    assert_eq!(lexicon.phrases[2].meaning, Meaning::Strength(130));
}

#[test]
fn what_means_nothing_is_refused_with_its_place() {
    let kind = |text: &str| {
        Lexicon::read(&["[plain]\na", text])
            .unwrap_err()
            .to_string()
    };
    assert!(kind("[angry 80]").starts_with("line 1 of lexicon 2: `[angry 80]`"));
    assert!(kind("[anger 800]").contains("is no kind of phrase"));
    assert!(kind("急").contains("has no kind"));
    assert!(kind("[plain]\nb,,c").contains("has no kind, or is empty"));
    assert!(kind("[negator]\nＡ").contains("stands there already"));
}

#[test]
fn the_model_s_name_follows_the_words() {
    let model = |text: &str| Lexicon::read(&[text]).unwrap().model;
    assert_ne!(model("[plain]\na"), model("[plain]\nb"));
    assert_eq!(model("[plain]\na"), model("[plain]\na"));
}
