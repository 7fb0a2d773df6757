//! Measures the shipped scorer on labelled texts: `cargo run --release -p signalbox-understanding --example evaluate FILE [SOURCE…]`.
//!
//! FILE is this crate's `data/utterances.tsv`, or JSON lines with `text` and the labels that there are: `anger` (1 or 0), `pol` (`neg`,
//! `neu` or `pos`) and, to choose among them, `source`. JSON lines without a label count as neutral traffic. Floats are fine here: nothing is decided with these figures.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::Value;
use signalbox_understanding::{Head, detect, shipped};

/// A score in basis points, and whether the label says yes.
type Judged = (u32, bool);

/// At and above it a head counts as said, for precision and recall.
const THRESHOLD: u32 = 5_000;

struct Labelled {
    group: String,
    text: String,
    labels: Vec<(Head, bool)>,
}

#[expect(clippy::print_stdout, reason = "printing is what it is for")]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(file) = arguments.next() else {
        println!("name a file: evaluate FILE [SOURCE…]");
        return ExitCode::from(2);
    };
    let sources: Vec<String> = arguments.collect();
    let content = match std::fs::read_to_string(&file) {
        Ok(content) => content,
        Err(error) => {
            println!("{file}: {error}");
            return ExitCode::from(2);
        }
    };
    let mut judged: BTreeMap<(String, &str), Vec<Judged>> = BTreeMap::new();
    let mut wrong = Vec::new();
    let lines = content
        .lines()
        .filter_map(read)
        .filter(|labelled| sources.is_empty() || sources.contains(&labelled.group));
    for labelled in lines {
        let emotion = shipped().score(&labelled.text);
        for (head, label) in &labelled.labels {
            let points = emotion.scores[*head].basis_points();
            let key = (labelled.group.clone(), head.name());
            judged.entry(key).or_default().push((points, *label));
            if (points >= THRESHOLD) != *label {
                let should = if *label { "missed" } else { "false" };
                let language = detect(&labelled.text).map(|detected| detected.language);
                wrong.push(format!(
                    "{should} {} {points}: {} ({language:?})",
                    head.name(),
                    labelled.text
                ));
            }
        }
    }
    println!(
        "model {}, threshold {} %",
        shipped().model(),
        THRESHOLD / 100
    );
    for ((group, head), judged) in &judged {
        println!("{group:>16} {head:>9}  {}", figures(judged));
    }
    if std::env::var_os("SHOW_WRONG").is_some() {
        wrong.iter().for_each(|line| println!("{line}"));
    }
    ExitCode::SUCCESS
}

fn read(line: &str) -> Option<Labelled> {
    if line.starts_with('{') {
        return read_json(&serde_json::from_str(line).ok()?);
    }
    let mut columns = line.splitn(3, '\t').filter(|_| !line.starts_with('#'));
    let (group, heads, text) = (columns.next()?, columns.next()?, columns.next()?);
    let labels = Head::ALL.into_iter().zip(['n', 'a', 'u', 't', 'g']);
    Some(Labelled {
        group: group.to_owned(),
        text: text.to_owned(),
        labels: labels
            .map(|(head, letter)| (head, heads.contains(letter)))
            .collect(),
    })
}

fn read_json(line: &Value) -> Option<Labelled> {
    let mut labels = Vec::new();
    if let Some(anger) = line["anger"].as_u64() {
        labels.push((Head::Anger, anger == 1));
    }
    if let Some(pol) = line["pol"].as_str() {
        labels.push((Head::Negative, pol == "neg"));
    }
    if labels.is_empty() {
        labels = vec![(Head::Anger, false), (Head::Threat, false)];
    }
    Some(Labelled {
        group: line["source"].as_str().unwrap_or("all").to_owned(),
        text: line["text"].as_str()?.to_owned(),
        labels,
    })
}

fn figures(judged: &[Judged]) -> String {
    let count = |said: bool, label: bool| {
        let fits = |(points, truth): &&Judged| (*points >= THRESHOLD) == said && *truth == label;
        judged.iter().filter(fits).count() as f64
    };
    let (hit, false_alarm, missed, quiet) = (
        count(true, true),
        count(true, false),
        count(false, true),
        count(false, false),
    );
    format!(
        "n {:5}  positive {:5}  AUC {:.3}  precision {:.3}  recall {:.3}  F1 {:.3}  false alarms {:.1} %",
        judged.len(),
        hit + missed,
        area_under_curve(judged),
        hit / (hit + false_alarm),
        hit / (hit + missed),
        2.0 * hit / (2.0 * hit + false_alarm + missed),
        100.0 * false_alarm / (false_alarm + quiet),
    )
}

/// The chance that a positive scores above a negative; equal scores count half.
fn area_under_curve(judged: &[Judged]) -> f64 {
    let mut by_score: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for (points, label) in judged {
        let (yes, no) = by_score.entry(*points).or_default();
        *(if *label { yes } else { no }) += 1.0;
    }
    let (mut below, mut won, mut all_yes) = (0.0, 0.0, 0.0);
    for (yes, no) in by_score.values() {
        won += yes * (below + no / 2.0);
        below += no;
        all_yes += yes;
    }
    won / (all_yes * below)
}
