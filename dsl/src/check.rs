//! From rule files to a checked bundle, or to all that is wrong with them.
//!
//! Order of work: parse every file; collect names ([`names`]); read enums, fields and events ([`schema`]), settings, lists,
//! templates; then conditions, rules and tests, which refer to all of these; at last what only a sound bundle can be asked
//! (what nothing uses, which rules overlap). Each step reports and goes on, so that an author sees everything at once, and
//! whatever could not be read is left out without a second finding.
//!
//! *Invariant:* there is a bundle exactly if there is no error.

mod attachments;
mod builtin;
mod calendars;
mod conditions;
mod confusables;
mod constants;
mod content_hash;
mod contradictions;
mod effects;
mod facts;
mod findings;
mod inline_tests;
mod limits;
mod lists;
mod names;
mod outreach;
mod overlap;
mod queues;
mod rules;
mod schema;
mod settings;
mod signals;
mod standard;
mod templates;
mod usage;
mod vacuous;
mod value_sets;

#[cfg(test)]
mod tests;

use jiff::civil::Date;

use crate::ast;
use crate::bundle::{Bundle, Outreach, Rule, Template, TestCase};
use crate::diagnostic::Diagnostic;
use crate::grammar::parse;
use crate::queue_field::QueueField;
use crate::source::{FileId, SourceSet, Span};

use calendars::Calendars;
use conditions::NamedConditions;
use content_hash::content_hash;
use facts::Facts;
use findings::Findings;
use lists::Lists;
use names::Names;
use rules::TriggerFields;
use schema::Schema;
use settings::Settings;
use signals::Signals;

/// What [`check`] found.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The bundle; `None` exactly if one of the findings is an error.
    pub bundle: Option<Bundle>,
    /// All findings, warnings and hints included, by file and place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks all rule files of a bundle. The same whenever it is done: what ends soon is told by [`check_on`] only.
pub fn check(sources: &SourceSet) -> Checked {
    check_with(sources, None)
}

/// Whether the field at `path` comes with signalbox: no schema declares it, and nobody outside says its value.
pub fn is_built_in(path: &str) -> bool {
    QueueField::of(path).is_some() || builtin::FIELDS.iter().any(|field| field.path == path)
}

/// As [`check`], and warns of holidays that end within 45 days of `today` or have ended.
pub fn check_on(sources: &SourceSet, today: Date) -> Checked {
    check_with(sources, Some(today))
}

fn check_with(sources: &SourceSet, today: Option<Date>) -> Checked {
    let mut findings = Findings::default();
    let mut files = Vec::with_capacity(sources.files().len());
    for one in sources.foreign_findings() {
        findings.push(one);
    }
    for (id, file) in (0..).zip(sources.files()) {
        if file.is_script() {
            continue;
        }
        let (tree, found) = parse(FileId(id), &file.text);
        files.push(tree);
        let readable_until = sources.readable_until(file);
        for one in found {
            if one.span.start < readable_until {
                findings.push(one);
            }
        }
    }
    findings.excuse(&files);
    let mut checker = Checker::new(sources, &files, findings);
    checker.today = today;
    checker.run()
}

/// The bundle while it is being checked.
struct Checker<'a> {
    sources: &'a SourceSet,
    files: &'a [ast::File],
    /// The day of the check, if what ends soon shall be told.
    today: Option<Date>,
    findings: Findings,
    names: Names<'a>,
    schema: Schema,
    settings: Settings,
    lists: Lists,
    calendars: Calendars,
    templates: Vec<Template>,
    named: NamedConditions<'a>,
    trigger_fields: TriggerFields,
    signals: Signals,
    facts: Facts,
}

impl<'a> Checker<'a> {
    fn new(sources: &'a SourceSet, files: &'a [ast::File], mut findings: Findings) -> Self {
        let mut names = Names::collect(files, &mut findings);
        let schema = Schema::collect(files, &mut names, &mut findings);
        Self {
            sources,
            files,
            findings,
            names,
            schema,
            settings: Settings::default(),
            lists: Lists::default(),
            calendars: Calendars::default(),
            today: None,
            templates: Vec::new(),
            named: NamedConditions::default(),
            trigger_fields: TriggerFields::default(),
            signals: Signals::default(),
            facts: Facts::default(),
        }
    }

    fn run(mut self) -> Checked {
        self.refuse_reserved_modules();
        self.check_settings();
        self.settle_safety();
        self.check_lists();
        self.check_calendars();
        self.check_templates();
        self.check_facts();
        self.check_queue_hours();
        self.check_named_conditions();
        self.check_signals();
        let outreach = self.check_outreach();
        let rules = self.check_rules();
        let tests = self.check_tests();
        self.find_confusable_names();
        if !self.findings.has_errors() {
            self.find_unused();
            self.find_unused_scripts();
            self.find_overlaps(&rules);
            self.find_vacuous_tests(&rules, &tests);
            self.find_unheard_attachments(&rules);
        }
        self.finish(rules, outreach, tests)
    }

    fn finish(self, rules: Vec<Rule>, outreach: Vec<Outreach>, tests: Vec<TestCase>) -> Checked {
        let default_queue = self.settings.default_queue;
        let has_errors = self.findings.has_errors();
        let (fields, enums, events) = self.schema.into_tables();
        let bundle = default_queue
            .filter(|_| !has_errors)
            .map(|default_queue| Bundle {
                hash: content_hash(self.sources),
                fields,
                enums,
                events,
                keyword_lists: self.lists.lists,
                ranks: self.settings.ranks,
                queues: self.settings.queues,
                default_queue,
                calendars: self.calendars.calendars,
                templates: self.templates,
                scripts: self.facts.facts,
                signals: self.signals.signals,
                edges: self.signals.edges,
                rules,
                outreach,
                marketing_cap: self.settings.marketing_cap,
                tests,
                default_language: self.settings.language,
                timezone: self.settings.zone,
            });
        Checked {
            bundle,
            diagnostics: self.findings.into_sorted(),
        }
    }

    /// What the author wrote at `span`.
    fn written(&self, span: Span) -> String {
        let file = self.sources.file(span.file);
        let text = file.and_then(|file| file.text.get(span.start as usize..span.end as usize));
        text.unwrap_or_default().to_owned()
    }
}
