//! `check RULES`

use jiff::Zoned;
use signalbox_dsl::Locale;
use signalbox_rules::standard::with_standard;

use super::answer::Answer;
use super::arguments::RulesOptions;
use super::rules::findings;
use crate::rule_files::RuleFiles;
use crate::words::Failure;

pub(super) fn run(options: &RulesOptions, locale: Locale) -> Result<Answer, Failure> {
    let files = RuleFiles::read(&options.rules)?;
    let prefix = files.prefix();
    let sources = with_standard(files.sources);
    // What ends soon is told by the calendar of whoever asks.
    let checked = signalbox_rules::check_on(&sources, Zoned::now().date());
    Ok(findings(&sources.shown_below(&prefix), &checked, locale))
}
