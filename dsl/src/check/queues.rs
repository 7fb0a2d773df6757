//! When the people of a queue are there, and what a hand-over comes to while they are not. The queues themselves were read
//! with the settings; this needs calendars, templates and fields.

use crate::ast;
use crate::bundle::{CalendarId, ClosedReply, QueueId, TemplateId};
use crate::problem::{ItemKind, MeaningProblem};

use super::Checker;
use super::conditions::Known;
use super::names::Declared;

impl<'a> Checker<'a> {
    /// Reads hours, overflow and what closed queues say.
    pub(super) fn check_queue_hours(&mut self) {
        let declared: Vec<_> = self.names.of_kind(ItemKind::Queue).copied().collect();
        for one in &declared {
            if let ast::ItemKind::Queue(queue) = &one.item.kind {
                self.queue_hours(one, queue);
            }
        }
        for one in &declared {
            self.refuse_circle(one);
        }
    }

    fn queue_hours(&mut self, one: &Declared<'a>, written: &ast::Queue) {
        let hours = written.hours.as_ref().and_then(|path| {
            let kind = ItemKind::Calendar;
            let found = self
                .names
                .resolve(kind, one.file, path, &mut self.findings)?;
            Some(CalendarId(found.id))
        });
        let overflow = written
            .overflow
            .as_ref()
            .and_then(|path| self.queue(one.file, path));
        let closed_reply = written
            .closed_reply
            .as_ref()
            .and_then(|reply| self.closed_reply(one.file, reply));
        if let Some(queue) = self.settings.queues.get_mut(one.id as usize) {
            queue.hours = hours;
            queue.overflow = overflow;
            queue.closed_reply = closed_reply;
        }
        if written.hours.is_some() || !one.item.complete {
            return;
        }
        let clauses = [
            ("overflow to", written.overflow.as_ref().map(|it| it.span)),
            (
                "when closed",
                written.closed_reply.as_ref().map(|it| it.span),
            ),
        ];
        for (clause, span) in clauses {
            if let Some(span) = span {
                let problem = MeaningProblem::QueueNeverClosed { clause };
                self.findings.add(problem, span);
            }
        }
    }

    fn closed_reply(&mut self, file: usize, written: &ast::ClosedReply) -> Option<ClosedReply> {
        let found = self.names.resolve(
            ItemKind::Template,
            file,
            &written.template,
            &mut self.findings,
        )?;
        // Any rule may hand over, so nothing but what is always there is known.
        let known = Known::new();
        let (arguments, span) = (&written.arguments, written.span);
        Some(ClosedReply {
            template: TemplateId(found.id),
            arguments: self.arguments(file, &found, arguments, span, &known)?,
        })
    }

    /// Overflow that leads back to where it began would pass a customer round. Told once for each queue of the circle.
    fn refuse_circle(&mut self, one: &Declared<'_>) {
        let queues = &self.settings.queues;
        let start = QueueId(one.id);
        let overflow = |id: &QueueId| queues.get(id.index()).and_then(|queue| queue.overflow);
        let mut way = std::iter::successors(overflow(&start), overflow).take(queues.len());
        if !way.any(|id| id == start) {
            return;
        }
        if let ast::ItemKind::Queue(queue) = &one.item.kind
            && let Some(path) = &queue.overflow
        {
            let queue = one.name.text.to_string();
            self.findings
                .add(MeaningProblem::OverflowCircle { queue }, path.span);
        }
    }
}
