//! `check RULES`

use jiff::Zoned;
use serde_json::json;
use signalbox_dsl::{FileId, Locale, SourceSet, parse, render, report};
use signalbox_rules::standard::with_standard;

use super::answer::{Answer, Outcome};
use super::arguments::RulesOptions;
use super::rules::findings;
use crate::rule_files::{RuleFiles, RuleFilesError};
use crate::words::{Failure, Told};

pub(super) fn run(options: &RulesOptions, locale: Locale) -> Result<Answer, Failure> {
    let (files, unreadable) = RuleFiles::read_what_can_be(&options.rules)?;
    let prefix = files.prefix();
    if !unreadable.is_empty() {
        let sources = files.sources.shown_below(&prefix);
        return Ok(findings_beside(&unreadable, &sources, locale));
    }
    let sources = with_standard(files.sources);
    // What ends soon is told by the calendar of whoever asks.
    let checked = signalbox_rules::check_on(&sources, Zoned::now().date());
    Ok(findings(&sources.shown_below(&prefix), &checked, locale))
}

/// Files that cannot be read, and what each of the others says by itself: names are not looked up, since those files may declare them.
fn findings_beside(unreadable: &[RuleFilesError], sources: &SourceSet, locale: Locale) -> Answer {
    let mut found = sources.foreign_findings();
    for (id, file) in (0..).map(FileId).zip(sources.files()) {
        if !file.is_script() {
            found.extend(parse(id, &file.text).1);
        }
    }
    let mut text = render::render(sources, &found, locale);
    if !text.is_empty() {
        text.push('\n');
    }
    for file in unreadable {
        text.push_str(file.words().told(locale));
        text.push('\n');
    }
    let unreadable: Vec<_> = unreadable.iter().map(Told::words).collect();
    Answer {
        text,
        json: json!({
            "findings": report::report(sources, &found, locale),
            "unreadable": unreadable,
        }),
        outcome: Outcome::Broken,
    }
}
