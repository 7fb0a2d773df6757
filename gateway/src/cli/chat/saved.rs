//! A chat as `test` blocks, to paste into a rule file.
//!
//! A test has no words for people who take over, give back or close, nor for a language that changes without a message: there the
//! next test begins, with what the customer's conversation then is. What is printed was tried: it passes in the file that is named,
//! or it is said why not.

use std::sync::Arc;

use jiff::Timestamp;
use signalbox_dsl::bundle::{Bundle, FieldId, Scope};
use signalbox_dsl::value::Value;
use signalbox_dsl::{Locale, SourceFile, SourceSet};
use signalbox_rules::conversation::priority_name;
use signalbox_rules::explain::value_text;
use signalbox_rules::testing::run_test;
use signalbox_rules::{Action, ConversationState, Decision, OutreachStep, Reference, check};

use super::session::{Act, ActKind};
use super::told::Telling;
use crate::words::{Words, words};

/// So many files are tried for one in which the test passes.
const MOST_TRIED: usize = 16;
/// So much of the customer's first words is the test's name.
const NAME_CHARS: usize = 24;

/// # Errors
/// Nothing happened that a test could expect.
pub(super) fn test(
    acts: &[Act],
    bundle: &Bundle,
    sources: &SourceSet,
    telling: &Telling,
) -> Result<String, Words> {
    let happens = |act: &Act| matches!(act.kind, ActKind::Said(..) | ActKind::Happened(..));
    if !acts.iter().any(happens) {
        return Err(words!(
            "nothing happened yet that a test could expect: write something, as the customer would",
            "还没有发生测试可以期望的事：请先以客户的身份写点什么"
        ));
    }
    let mut reason = None;
    for file in candidates(acts, bundle, sources) {
        let module = module_of(file);
        let text = Writer::new(bundle, &module, telling).write(acts);
        match passes(&text, file, sources, telling.locale) {
            Ok(()) => {
                let path = &file.path;
                let lead = telling.two(
                    format!("# It passes at the end of {path}.\n"),
                    format!("# 粘贴到 {path} 末尾即可通过。\n"),
                );
                return Ok(format!("{lead}{text}"));
            }
            Err(why) => reason = reason.or(Some((file.path.clone(), why))),
        }
    }
    let text = Writer::new(bundle, "", telling).write(acts);
    let lead = match reason {
        None => String::new(),
        Some((path, NotSo::Unreadable(finding))) => telling.two(
            format!("# The file that it goes into must see what it names; in {path}: {finding}\n"),
            format!("# 所在文件要能看到其中的名称；在 {path} 里：{finding}\n"),
        ),
        Some((path, NotSo::Fails(failed))) => telling.two(
            format!("# A test cannot repeat all of this chat; in {path}: {failed}\n"),
            format!("# 测试无法完全重现这次对话；在 {path} 里：{failed}\n"),
        ),
    };
    Ok(format!("{lead}{text}"))
}

/// Files of the rules that fired first: they see most of what is named.
fn candidates<'s>(acts: &[Act], bundle: &Bundle, sources: &'s SourceSet) -> Vec<&'s SourceFile> {
    let fired = acts
        .iter()
        .filter_map(decision)
        .flat_map(|it| &it.trace.fired);
    let places = fired
        .filter_map(|fired| bundle.rules.iter().find(|rule| rule.name == fired.rule))
        .map(|rule| rule.span.file);
    let mut found: Vec<&SourceFile> = Vec::new();
    let own = sources.files().iter();
    let of_rules = places.filter_map(|file| sources.file(file));
    for file in of_rules.chain(own) {
        let is_taken = found.iter().any(|known| known.path == file.path);
        if !is_taken && !file.is_standard() && !file.is_script() && found.len() < MOST_TRIED {
            found.push(file);
        }
    }
    found
}

fn decision(act: &Act) -> Option<&Decision> {
    match &act.kind {
        ActKind::Said(_, decision) | ActKind::Happened(_, _, decision) | ActKind::Due(decision) => {
            Some(decision)
        }
        _ => None,
    }
}

fn module_of(file: &SourceFile) -> String {
    let mut lines = file.text.lines();
    let module = lines.find_map(|line| line.trim_start().strip_prefix("module "));
    let name = module.unwrap_or_default().split('#').next();
    name.unwrap_or_default().trim().to_owned()
}

enum NotSo {
    Unreadable(String),
    Fails(String),
}

fn passes(text: &str, file: &SourceFile, sources: &SourceSet, locale: Locale) -> Result<(), NotSo> {
    let before = file.text.len();
    let files = sources.files().iter().map(|known| {
        let text = match known.path == file.path {
            true => format!("{}\n{text}", known.text).into(),
            false => known.text.clone(),
        };
        let path = known.path.clone();
        SourceFile { path, text }
    });
    let checked = check(&SourceSet::new(files.collect()));
    let Some(bundle) = checked.bundle else {
        let mut findings = checked.diagnostics.iter();
        let first = findings.next().map(|it| it.problem.message(locale));
        return Err(NotSo::Unreadable(first.unwrap_or_default()));
    };
    let bundle = Arc::new(bundle);
    let reference = Reference::new(bundle.clone()).map_err(|it| NotSo::Fails(it.to_string()))?;
    let added = bundle.tests.iter().filter(|case| {
        let place = sources
            .files()
            .iter()
            .position(|known| known.path == file.path);
        place == usize::try_from(case.span.file.0).ok() && case.span.start as usize > before
    });
    for case in added {
        if let Some(failure) = run_test(&reference, case).failures.first() {
            let reason = failure.reason.text(locale);
            return Err(NotSo::Fails(reason));
        }
    }
    Ok(())
}

struct Writer<'a> {
    bundle: &'a Bundle,
    module: &'a str,
    telling: &'a Telling,
    /// What holds at the beginning of the next test.
    given: Vec<(Arc<str>, Value)>,
    /// What was said after the test had begun.
    with: Vec<(Arc<str>, Value)>,
    /// Lines of the test under way, without its first.
    lines: Vec<String>,
    name: Option<String>,
    blocks: Vec<String>,
}

impl<'a> Writer<'a> {
    fn new(bundle: &'a Bundle, module: &'a str, telling: &'a Telling) -> Self {
        Self {
            bundle,
            module,
            telling,
            given: Vec::new(),
            with: Vec::new(),
            lines: Vec::new(),
            name: None,
            blocks: Vec::new(),
        }
    }

    fn write(mut self, acts: &[Act]) -> String {
        for act in acts {
            match &act.kind {
                ActKind::Given(path, value) => self.give(path, value),
                ActKind::Said(text, decision) => {
                    let with = self.with_of_message();
                    self.name.get_or_insert_with(|| short(text));
                    let text = quoted(text);
                    self.happens(act.at, &format!("customer says {text}{with}"), decision);
                }
                ActKind::Happened(event, fields, decision) => {
                    self.name.get_or_insert_with(|| event.to_string());
                    let fields = self.fields(fields);
                    self.happens(act.at, &format!("event {event}{fields}"), decision);
                }
                ActKind::Due(decision) => self.due(act.at, decision),
                ActKind::Changed(kept) => self.change(kept),
            }
        }
        self.end();
        self.blocks.join("\n")
    }

    fn give(&mut self, path: &Arc<str>, value: &Value) {
        let list = match self.lines.is_empty() {
            true => &mut self.given,
            false => &mut self.with,
        };
        list.retain(|(known, _)| known != path);
        list.push((path.clone(), value.clone()));
    }

    /// Begins another test with what the conversation now knows. Empty lists go without saying, and so does the bot.
    fn change(&mut self, kept: &[(Arc<str>, Value)]) {
        self.end();
        for (path, value) in kept {
            self.given.retain(|(known, _)| known != path);
            let is_usual = match value {
                Value::List(elements) => elements.is_empty(),
                Value::Member(state) => **state == *ConversationState::Bot.name(),
                _ => false,
            };
            if !is_usual {
                self.given.push((path.clone(), value.clone()));
            }
        }
    }

    /// Ends the test under way, if anything happened in it.
    fn end(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        let name = self.name.take().unwrap_or_default();
        let mut block = format!("test {}\n", quoted(&name));
        if !self.given.is_empty() {
            let given: Vec<String> = self.given.iter().map(|it| self.fact(it)).collect();
            block.push_str(&format!("  given {}\n", given.join(", ")));
        }
        for line in self.lines.drain(..) {
            block.push_str(&format!("  {line}\n"));
        }
        self.blocks.push(block);
        for (path, value) in std::mem::take(&mut self.with) {
            self.given.retain(|(known, _)| *known != path);
            self.given.push((path, value));
        }
    }

    fn with_of_message(&self) -> String {
        let with: Vec<String> = self.with.iter().map(|it| self.fact(it)).collect();
        match with.is_empty() {
            true => String::new(),
            false => format!(" with {}", with.join(", ")),
        }
    }

    fn fact(&self, (path, value): &(Arc<str>, Value)) -> String {
        format!("{path} {}", self.literal(value))
    }

    fn fields(&self, fields: &[(FieldId, Value)]) -> String {
        let fields: Vec<String> = fields
            .iter()
            .filter_map(|(field, value)| {
                let field = self.bundle.fields.get(field.index())?;
                let name = field.path.rsplit('.').next()?;
                Some(format!("{name}: {}", self.literal(value)))
            })
            .collect();
        match fields.is_empty() {
            true => String::new(),
            false => format!(" ({})", fields.join(", ")),
        }
    }

    fn literal(&self, value: &Value) -> String {
        match value {
            Value::Text(text) | Value::Timezone(text) => quoted(text),
            Value::Timestamp(moment) => self.telling.at(*moment, "%Y-%m-%d %H:%M"),
            Value::List(elements) => {
                let elements: Vec<String> = elements.iter().map(|it| self.literal(it)).collect();
                format!("({})", elements.join(", "))
            }
            other => value_text(other),
        }
    }

    fn happens(&mut self, at: Timestamp, what: &str, decision: &Decision) {
        let clock = self.telling.at(at, "%Y-%m-%d %H:%M");
        self.lines.push(format!("at {clock} {what}"));
        let expected = self.expected(decision);
        self.lines.push(format!("expect {}", expected.join(", ")));
    }

    fn due(&mut self, at: Timestamp, decision: &Decision) {
        let outcomes = decision.outreach.iter().filter_map(|step| match step {
            OutreachStep::Sent { outreach } => Some(("", outreach)),
            OutreachStep::Dropped { outreach, .. } => Some(("no ", outreach)),
            _ => None,
        });
        let expected: Vec<String> = outcomes
            .map(|(no, outreach)| format!("{no}outreach {}", self.named(outreach)))
            .collect();
        if expected.is_empty() {
            return;
        }
        let clock = self.telling.at(at, "%Y-%m-%d %H:%M");
        self.lines.push(format!("at {clock}"));
        self.lines.push(format!("expect {}", expected.join(", ")));
    }

    /// What was decided, in the words of tests. A rule of whose effects none can be said is named itself.
    fn expected(&self, decision: &Decision) -> Vec<String> {
        let said: Vec<_> = decision
            .effects
            .iter()
            .map(|effect| (&effect.rule, self.outcome(&effect.action)))
            .collect();
        let mut expected: Vec<String> = Vec::new();
        for (_, outcome) in &said {
            expected.extend(outcome.clone().filter(|it| !expected.contains(it)));
        }
        for fired in &decision.trace.fired {
            let is_said = said
                .iter()
                .any(|(rule, it)| **rule == fired.rule && it.is_some());
            if !is_said {
                expected.push(format!("fired {}", self.named(&fired.rule)));
            }
        }
        if expected.is_empty() {
            expected.push("no rule fired".into());
        }
        expected
    }

    fn outcome(&self, action: &Action) -> Option<String> {
        let whose = |scope: &Scope| match scope {
            Scope::Customer => " customer",
            Scope::Episode => "",
        };
        Some(match action {
            Action::Reply {
                template, language, ..
            } => format!("reply {} in {language}", self.named(template)),
            Action::HandOver { queue, .. } => format!("hand over to {}", self.named(queue)),
            Action::SetPriority { priority } => format!("priority {}", priority_name(*priority)),
            Action::SetScore { score } => format!("score {}%", score.normalize()),
            Action::Tag { scope, tag, .. } => format!("tag{} {}", whose(scope), quoted(tag)),
            Action::Untag { scope, tag } => format!("untag{} {}", whose(scope), quoted(tag)),
            Action::Note { text } => format!("note {}", quoted(text)),
            Action::SetLanguage { language } => format!("language {language}"),
            Action::CancelOutreach { .. } => return None,
        })
    }

    /// By its short name in its own module, by its full one elsewhere.
    fn named(&self, full: &str) -> String {
        let own = full
            .strip_prefix(self.module)
            .and_then(|rest| rest.strip_prefix('.'));
        own.filter(|_| !self.module.is_empty())
            .unwrap_or(full)
            .to_owned()
    }
}

fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{escaped}\"")
}

fn short(text: &str) -> String {
    let mut characters = text.chars();
    let mut name: String = characters.by_ref().take(NAME_CHARS).collect();
    if characters.next().is_some() {
        name.push('…');
    }
    name
}
