//! Outreach: its triggers, both conditions, its template, its times and bounds.

use std::sync::Arc;
use std::time::Duration;

use crate::ast;
use crate::bundle::{Outreach, QuietHours, SendTime, TemplateId, Trigger, Zone};
use crate::problem::{BareWord, ItemKind, MeaningProblem};
use crate::source::Span;
use crate::value::Type;

use super::Checker;
use super::conditions::Known;
use super::limits::{LONGEST_WINDOW, LONGEST_WINDOW_WORDS, MOST_OUTREACH};
use super::names::Declared;

impl<'a> Checker<'a> {
    /// Reads all outreach, in the order of their full names. One in which something was reported is left out.
    pub(super) fn check_outreach(&mut self) -> Vec<Outreach> {
        let declared: Vec<_> = self.names.of_kind(ItemKind::Outreach).copied().collect();
        if let Some(one) = declared.get(MOST_OUTREACH) {
            let problem = MeaningProblem::TooMany {
                kind: ItemKind::Outreach,
                most: MOST_OUTREACH,
            };
            self.findings.add(problem, one.name.span);
            return Vec::new();
        }
        let read = declared.iter().map(|one| self.outreach(one));
        read.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    fn outreach(&mut self, one: &Declared<'a>) -> Option<Outreach> {
        let ast::ItemKind::Outreach(written) = &one.item.kind else {
            return None;
        };
        let file = one.file;
        let heard = self.happenings(file, &written.triggers);
        let mut known = heard
            .as_ref()
            .map(|(_, known)| known.clone())
            .unwrap_or_default();
        let filter = self.outreach_condition(file, written.filter.as_ref(), &mut known);
        let condition = self.outreach_condition(file, written.condition.as_ref(), &mut known);
        let unless = match &written.unless {
            Some(ast::Unless::Happens(triggers)) => self.happenings(file, triggers)?.0,
            Some(ast::Unless::Never) | None => Vec::new(),
        };
        self.check_cancellable(written, one);
        self.check_cap(written);
        let limit = written.limit.as_ref().map(|limit| self.limit(limit));
        let quiet = match &written.quiet {
            None => None,
            Some(quiet) => Some(self.quiet_hours(file, quiet)?),
        };
        let latest = match written.latest {
            None => None,
            Some((latest, span)) => Some(self.delay(latest, span)?),
        };
        let send = written.send.as_ref()?;
        let time = self.send_time(file, &send.time)?;
        self.check_in_time(&time, latest, send.span);
        let found =
            self.names
                .resolve(ItemKind::Template, file, &send.template, &mut self.findings)?;
        let arguments = self.arguments(file, &found, &send.arguments, send.span, &known)?;
        Some(Outreach {
            name: self.names.full_name(one),
            triggers: heard?.0,
            filter: filter?,
            condition: condition?,
            unless,
            template: TemplateId(found.id),
            arguments,
            time,
            latest,
            quiet,
            limit: limit.flatten(),
            marketing: written.marketing.is_some(),
            span: one.item.span,
        })
    }

    /// Messages and events, and the fields that every one of them brings. `None` has been reported.
    fn happenings(
        &mut self,
        file: usize,
        written: &[ast::Trigger],
    ) -> Option<(Vec<Trigger>, Known)> {
        let mut triggers = Vec::new();
        let mut common: Option<Known> = None;
        for trigger in written {
            let trigger = match &trigger.kind {
                ast::TriggerKind::Event(path) => {
                    let schema = &self.schema;
                    let found = schema.event(file, path, &mut self.names, &mut self.findings);
                    Trigger::Event(found?.0)
                }
                _ => Trigger::Message,
            };
            let fields = self.schema.present_under(&trigger);
            common = Some(match common {
                None => fields,
                Some(before) => &before & &fields,
            });
            if !triggers.contains(&trigger) {
                triggers.push(trigger);
            }
        }
        Some((triggers, common.unwrap_or_default()))
    }

    /// `Some(None)`: there is none. What it makes sure of is known from then on.
    fn outreach_condition(
        &mut self,
        file: usize,
        written: Option<&ast::Condition>,
        known: &mut Known,
    ) -> Option<Option<crate::bundle::Condition>> {
        let Some(written) = written else {
            return Some(None);
        };
        let lowered = self.condition(file, written, known)?;
        self.find_contradictions(&lowered.condition, written.span());
        self.report_needs(&lowered.needs);
        known.extend(&lowered.if_true);
        Some(Some(lowered.condition))
    }

    /// A11: what waits must say what takes it back.
    fn check_cancellable(&mut self, written: &ast::Outreach, one: &Declared<'_>) {
        let waits = written.quiet.is_some()
            || written
                .send
                .as_ref()
                .is_some_and(|send| send.time != ast::SendTime::AtOnce);
        if waits && written.unless.is_none() && one.item.complete {
            let name = one.name.text.to_string();
            self.findings
                .add(MeaningProblem::NotCancelled { name }, one.name.span);
        }
    }

    fn check_cap(&mut self, written: &ast::Outreach) {
        let all_complete = self.files.iter().flat_map(|tree| &tree.items);
        let mut all_complete = all_complete.map(|item| item.complete);
        if let Some(span) = written.marketing
            && self.settings.marketing_cap.is_none()
            && all_complete.all(|complete| complete)
        {
            self.findings.add(MeaningProblem::NoMarketingCap {}, span);
        }
    }

    fn check_in_time(&mut self, time: &SendTime, latest: Option<Duration>, span: Span) {
        if let (SendTime::After(delay), Some(latest)) = (time, latest)
            && *delay > latest
        {
            self.findings.add(MeaningProblem::NeverInTime {}, span);
        }
    }

    fn send_time(&mut self, file: usize, written: &ast::SendTime) -> Option<SendTime> {
        Some(match written {
            ast::SendTime::AtOnce => SendTime::After(Duration::ZERO),
            ast::SendTime::After(length, span) => SendTime::After(self.delay(*length, *span)?),
            ast::SendTime::NextDay { at, zone } => SendTime::NextDay {
                at: *at,
                zone: self.zone(file, zone)?,
            },
        })
    }

    fn delay(&mut self, length: Duration, span: Span) -> Option<Duration> {
        if !length.is_zero() && length <= LONGEST_WINDOW {
            return Some(length);
        }
        let most = LONGEST_WINDOW_WORDS;
        self.findings
            .add(MeaningProblem::WindowOutOfRange { most }, span);
        None
    }

    fn quiet_hours(&mut self, file: usize, written: &ast::QuietHours) -> Option<QuietHours> {
        let zone = self.zone(file, &written.zone)?;
        if written.from == written.to {
            self.findings
                .add(MeaningProblem::AlwaysQuiet {}, written.span);
            return None;
        }
        Some(QuietHours {
            from: written.from,
            to: written.to,
            zone,
        })
    }

    fn zone(&mut self, file: usize, written: &ast::ZoneChoice) -> Option<Zone> {
        let fallback = match &written.zone {
            None => Arc::clone(&self.settings.zone),
            Some(text) => self.timezone(&text.value, text.span)?,
        };
        let field = match &written.field {
            None => None,
            Some(path) => {
                let Some(field) = self.schema.visible(file, path, &mut self.names) else {
                    let problem = self.schema.unknown_field(path, BareWord::Field);
                    self.findings.add(problem, path.span);
                    return None;
                };
                let found = self.schema.entry(field)?.field.value_type.clone();
                if found != Type::Timezone {
                    self.report_wrong_type(path.span, &Type::Timezone, found, "in");
                    return None;
                }
                Some(field)
            }
        };
        Some(Zone { field, fallback })
    }
}
