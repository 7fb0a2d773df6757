//! How long `check` takes on many keyword rules: `cargo bench -p signalbox-dsl --bench check`.
//!
//! Prints milliseconds of CPU time (of wall time where the system does not say), median and worst of a few passes;
//! `check` includes parsing and the search for overlaps.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::fmt::Write as _;
use std::time::Instant;

use signalbox_dsl::{FileId, SourceFile, SourceSet, check, parse};

const RULES: usize = 10_000;
const PASSES: usize = 7;

fn main() {
    for (name, rules) in [
        ("a list of two keywords each", keyword_rules(RULES, 1)),
        (
            "the same, and every tenth list shared by ten rules",
            keyword_rules(RULES, 10),
        ),
    ] {
        let sources = SourceSet::new(vec![SourceFile {
            path: "generated.rules".into(),
            text: rules.into(),
        }]);
        let text = &sources.files()[0].text;
        let parsing = median(|| drop(parse(FileId(0), text)));
        let mut errors = 0;
        let checking = median(|| errors = check(&sources).diagnostics.len());
        println!(
            "{RULES} rules, {name}: parse {:.0} ms, check {:.0} ms (worst {:.0}), {errors} findings, {} KiB",
            parsing.0,
            checking.0,
            checking.1,
            text.len() / 1024
        );
    }
}

/// Rules with a list of two Han keywords each; every `shared`-th list serves `shared` rules that a channel tells apart.
fn keyword_rules(rules: usize, shared: usize) -> String {
    let mut text = String::from(
        "language 1\nmodule bench\nranks business\nqueue people \"People\" default\ntemplate t (name: text)\n  en \"Hi {name}\"\n",
    );
    for rule in 0..rules {
        let list = rule - rule % shared;
        if list == rule {
            let [first, second] = [word(rule), word(rule + rules)];
            let _ = writeln!(text, "list 词{rule}\n  \"{first}\", \"{second}\"");
        }
        let _ = writeln!(
            text,
            "rule 规则{rule}\n  rank business\n  on message\n  when text has any of 词{list} and episode.turns is {}\n  then reply t (name: \"{rule}\")\n       tag \"x{rule}\"",
            rule % shared + 1
        );
    }
    text
}

/// A word of four Han characters that no other number has.
fn word(number: usize) -> String {
    let digits = [
        number % 97,
        number / 97 % 97,
        number / 9_409 % 97,
        (number * 31) % 89,
    ];
    let han = |digit: usize| char::from_u32(0x5000 + digit as u32 * 37);
    digits.into_iter().filter_map(han).collect()
}

/// Median and worst, in milliseconds.
fn median(mut pass: impl FnMut()) -> (f64, f64) {
    let mut times: Vec<f64> = (0..PASSES)
        .map(|_| {
            let (start, cpu_start) = (Instant::now(), cpu_milliseconds());
            pass();
            match (cpu_start, cpu_milliseconds()) {
                (Some(before), Some(after)) => after - before,
                _ => start.elapsed().as_secs_f64() * 1_000.0,
            }
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[PASSES / 2], times[PASSES - 1])
}

/// CPU time of this process so far, as Linux tells it: what others do on the machine does not count.
fn cpu_milliseconds() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: f64 = told.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e6)
}
