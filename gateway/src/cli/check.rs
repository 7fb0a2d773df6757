//! `check RULES`

use signalbox_dsl::Locale;

use super::answer::Answer;
use super::arguments::RulesOptions;
use super::rules::findings;
use crate::rule_files::RuleFiles;

pub(super) fn run(options: &RulesOptions, locale: Locale) -> anyhow::Result<Answer> {
    let sources = RuleFiles::read(&options.rules)?.sources;
    let checked = signalbox_dsl::check(&sources);
    Ok(findings(&sources, &checked, locale))
}
