//! What the shipped scorer reaches on the utterances that were written for it. A change of the lexicon that loses ground fails here.

use signalbox_understanding::{Head, Score, shipped};

const UTTERANCES: &str = include_str!("../../data/utterances.tsv");

/// A head counts as said from here on, as in `examples/evaluate.rs`.
const SAID: Score = Score::from_percent(50);

/// For each head: its letter, and the least percent of hits and the most percent of false alarms over both languages.
const BOUNDS: [(Head, char, usize, usize); 5] = [
    (Head::Negative, 'n', 90, 1),
    (Head::Anger, 'a', 93, 5),
    (Head::Urgency, 'u', 90, 1),
    (Head::Threat, 't', 95, 1),
    (Head::Gratitude, 'g', 95, 1),
];

fn utterances() -> Vec<(&'static str, &'static str)> {
    let lines = UTTERANCES.lines().filter(|line| !line.starts_with('#'));
    let columns = lines.map(|line| {
        let columns: Vec<&str> = line.splitn(3, '\t').collect();
        assert!(
            columns.len() == 3 && matches!(columns[0], "zh" | "en"),
            "{line}"
        );
        (columns[1], columns[2])
    });
    columns.collect()
}

#[test]
fn utterances_are_many_and_well_formed() {
    let utterances = utterances();
    assert!(utterances.len() >= 300, "{}", utterances.len());
    for (heads, text) in utterances {
        assert!(
            heads == "-" || heads.chars().all(|head| "nautg".contains(head)),
            "{heads}: {text}"
        );
        let needs_negative = heads.contains(['a', 't']);
        assert!(
            !needs_negative || heads.contains('n'),
            "rule 2 of the recipe: {text}"
        );
    }
}

#[test]
fn heads_are_heard_and_business_is_not() {
    for (head, letter, least_hits, most_alarms) in BOUNDS {
        let (mut said, mut heard, mut unsaid, mut alarms) = (0, 0, 0, 0);
        for (heads, text) in utterances() {
            let is_heard = usize::from(shipped().score(text).scores[head] >= SAID);
            if heads.contains(letter) {
                said += 1;
                heard += is_heard;
            } else {
                unsaid += 1;
                alarms += is_heard;
            }
        }
        assert!(
            heard * 100 >= said * least_hits,
            "{head:?}: {heard} of {said}"
        );
        assert!(
            alarms * 100 <= unsaid * most_alarms,
            "{head:?}: {alarms} false of {unsaid}"
        );
    }
}
