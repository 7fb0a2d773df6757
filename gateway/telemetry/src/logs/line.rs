//! One line: as the format writes it, with what signalbox adds at its end, or not at all if its callsite writes too much.

use std::fmt::{self, Write as _};

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::LogFormat;
use super::limit::LineLimit;
use crate::traces::context;

/// Writes an event by `inner`, which is of `format`.
pub(super) struct Line<F> {
    pub(super) inner: F,
    pub(super) format: LogFormat,
    pub(super) limit: LineLimit,
    /// Whether there are traces: without them no line looks for one.
    pub(super) traces: bool,
}

impl<S, N, F> FormatEvent<S, N> for Line<F>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'fields> FormatFields<'fields> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(allowed) = self.limit.take(event.metadata().callsite()) else {
            return Ok(());
        };
        let tail = self.tail(allowed.suppressed)?;
        if tail.is_empty() {
            return self.inner.format_event(context, writer, event);
        }
        let mut line = String::new();
        self.inner
            .format_event(context, Writer::new(&mut line), event)?;
        let (body, end) = self.split_at_end(&line);
        write!(writer, "{body}{tail}{end}")
    }
}

impl<F> Line<F> {
    /// What is added. The dispatcher cannot be asked for the current span while it hands out an event, but entering a span of
    /// a trace makes its context the thread's.
    fn tail(&self, suppressed: u64) -> Result<String, fmt::Error> {
        let mut tail = String::new();
        if self.traces
            && let Some(id) = context::current_trace_id()
        {
            match self.format {
                LogFormat::Text => write!(tail, " trace_id={id}")?,
                LogFormat::Json => write!(tail, r#","trace_id":"{id}""#)?,
            }
        }
        if suppressed > 0 {
            match self.format {
                LogFormat::Text => write!(tail, " suppressed={suppressed}")?,
                LogFormat::Json => write!(tail, r#","suppressed":{suppressed}"#)?,
            }
        }
        Ok(tail)
    }

    /// The line up to where fields may be added, and the rest: the end of the line, and of the object.
    fn split_at_end<'l>(&self, line: &'l str) -> (&'l str, &'static str) {
        let body = line.strip_suffix('\n').unwrap_or(line);
        match (self.format, body.strip_suffix('}')) {
            (LogFormat::Json, Some(fields)) => (fields, "}\n"),
            _ => (body, "\n"),
        }
    }
}
