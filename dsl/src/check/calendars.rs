//! Calendars and holidays: days in the years that are named, each once, and a warning in time before the data ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Span as Days;
use jiff::civil::{Date, date};

use crate::ast;
use crate::bundle::{Calendar, CalendarId, OpenSpan};
use crate::diagnostic::Diagnostic;
use crate::problem::{ItemKind, MeaningProblem, Related};
use crate::source::Span;

use super::Checker;
use super::limits::{DAYS_OF_WARNING, MOST_CALENDARS, MOST_OPENING_HOURS};
use super::names::Declared;

/// All calendars by their ids, and what is known of holidays.
#[derive(Default)]
pub(super) struct Calendars {
    pub(super) calendars: Vec<Calendar>,
    holidays: Vec<HolidayDays>,
}

/// The days of one `holidays` item.
#[derive(Default)]
struct HolidayDays {
    /// `true`: a working day.
    days: BTreeMap<Date, (bool, Span)>,
    /// The last day of the last year.
    last: Option<Date>,
}

impl<'a> Checker<'a> {
    /// Reads all holidays, then all calendars.
    pub(super) fn check_calendars(&mut self) {
        let declared: Vec<_> = self.names.of_kind(ItemKind::Holidays).copied().collect();
        for one in &declared {
            if let ast::ItemKind::Holidays(holidays) = &one.item.kind {
                let days = self.holiday_days(holidays);
                self.calendars.holidays.push(days);
            }
        }
        let declared: Vec<_> = self.names.of_kind(ItemKind::Calendar).copied().collect();
        self.refuse_too_many(&declared, MOST_CALENDARS, ItemKind::Calendar);
        for one in &declared {
            if let ast::ItemKind::Calendar(calendar) = &one.item.kind {
                let read = self.calendar(one, calendar);
                self.calendars.calendars.push(read);
            }
        }
    }

    fn refuse_too_many(&mut self, declared: &[Declared<'a>], most: usize, kind: ItemKind) {
        if let Some(one) = declared.get(most) {
            self.findings
                .add(MeaningProblem::TooMany { kind, most }, one.name.span);
        }
    }

    fn holiday_days(&mut self, holidays: &ast::Holidays) -> HolidayDays {
        let years: BTreeSet<i16> = holidays.years.iter().map(|year| year.number).collect();
        let mut known = HolidayDays {
            days: BTreeMap::new(),
            last: years.last().map(|year| date(*year, 12, 31)),
        };
        for line in &holidays.lines {
            if line.last < line.first {
                self.findings
                    .add(MeaningProblem::DaysReversed {}, line.span);
                continue;
            }
            let days = line.first.series(Days::new().days(1));
            for day in days.take_while(|day| *day <= line.last) {
                if !years.contains(&day.year()) {
                    let problem = MeaningProblem::HolidayOutsideYears { day };
                    self.findings.add(problem, line.span);
                    break;
                }
                if let Some((_, first)) = known.days.get(&day) {
                    let finding = Diagnostic::new(MeaningProblem::HolidayTwice { day }, line.span);
                    self.findings
                        .push(finding.with_related(*first, Related::FirstHere));
                    break;
                }
                known.days.insert(day, (line.make_up, line.span));
            }
        }
        known
    }

    fn calendar(&mut self, one: &Declared<'a>, written: &ast::Calendar) -> Calendar {
        let zone = match &written.zone {
            Some(zone) => self.timezone(&zone.value, zone.span),
            None => None,
        };
        if let Some(line) = written.open.get(MOST_OPENING_HOURS) {
            let problem = MeaningProblem::TooMany {
                kind: ItemKind::OpeningHours,
                most: MOST_OPENING_HOURS,
            };
            self.findings.add(problem, line.span);
        }
        let mut calendar = Calendar {
            name: Arc::clone(&written.name.text),
            zone: zone.unwrap_or_else(|| Arc::clone(&self.settings.zone)),
            spans: written.open.iter().map(open_span).collect(),
            holidays: BTreeSet::new(),
            make_up_days: BTreeSet::new(),
            make_up_as: written.make_up_as,
        };
        for path in &written.holidays {
            let found = self
                .names
                .resolve(ItemKind::Holidays, one.file, path, &mut self.findings);
            let Some(found) = found else { continue };
            let Some(known) = self.calendars.holidays.get(found.id as usize) else {
                continue;
            };
            // Of two that speak of one day the later one counts, so that a company can work where the country rests.
            for (day, (is_work, _)) in &known.days {
                let (to, from) = match is_work {
                    true => (&mut calendar.make_up_days, &mut calendar.holidays),
                    false => (&mut calendar.holidays, &mut calendar.make_up_days),
                };
                from.remove(day);
                to.insert(*day);
            }
        }
        self.warn_of_the_end(one, written);
        calendar
    }

    /// Holidays are published year by year: whoever uses them is told in time that the next year is missing. Of several the one counts
    /// that lasts longest, since that is how data is extended.
    fn warn_of_the_end(&mut self, one: &Declared<'a>, written: &ast::Calendar) {
        let Some(today) = self.today else { return };
        let ends = written.holidays.iter().filter_map(|path| {
            let name = path.single()?;
            let found = self
                .names
                .visible(ItemKind::Holidays, one.file, &name.text)?;
            let known = self.calendars.holidays.get(found.id as usize)?;
            Some((known.last?, path))
        });
        let Some((last, path)) = ends.max_by_key(|(last, _)| *last) else {
            return;
        };
        let warned_from = last.saturating_sub(Days::new().days(DAYS_OF_WARNING));
        if today >= warned_from {
            let problem = MeaningProblem::HolidayDataEnds {
                holidays: path.dotted(),
                last,
            };
            self.findings.add(problem, path.span);
        }
    }

    /// The calendar that a path means in a file.
    pub(super) fn visible_calendar(&mut self, file: usize, path: &ast::Path) -> Option<CalendarId> {
        let name = Arc::clone(&path.single()?.text);
        let found = self.names.visible(ItemKind::Calendar, file, &name)?;
        Some(CalendarId(found.id))
    }
}

fn open_span(line: &ast::OpenDays) -> OpenSpan {
    OpenSpan {
        days: line.days.clone(),
        from: line.from,
        to: line.to,
    }
}
