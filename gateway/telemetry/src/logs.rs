//! Logs: one line an event, on standard error.
//!
//! WARN: something went wrong and we recovered. ERROR: somebody must act. What a customer said, a secret or a token
//! never stands there; where a value's presence matters, write it as [`Hidden`].
//!
//! A line inside a trace ends with its `trace_id`. Each place in the code writes so much and no more ([`limit`]); what it left
//! out is `suppressed` in its next line.

mod limit;
mod line;

use std::fmt;
use std::str::FromStr;

use tracing::Subscriber;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer};

pub(crate) use limit::LineLimit;
use line::Line;

use crate::traces::TARGET;

/// How a line is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For collectors: one JSON object a line.
    Json,
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            other => Err(format!("`{other}` is not a log format; write text or json")),
        }
    }
}

/// Stands for a text in a log without showing it: its length only.
///
/// ```
/// assert_eq!(signalbox_telemetry::Hidden("我要退款").to_string(), "[4 characters]");
/// ```
#[derive(Clone, Copy)]
pub struct Hidden<'t>(pub &'t str);

impl fmt::Display for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} characters]", self.0.chars().count())
    }
}

impl fmt::Debug for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The layer that writes lines to `writer`. It takes no notice of the spans of traces, so that those cost nothing while traces
/// are off: then no layer asks for them. `traces`: whether they are on.
pub(crate) fn layer<S, W>(
    format: LogFormat,
    filter: EnvFilter,
    writer: W,
    limit: LineLimit,
    traces: bool,
) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'w> tracing_subscriber::fmt::MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = filter.and(filter_fn(|metadata| metadata.target() != TARGET));
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    match format {
        LogFormat::Text => lines
            .with_ansi(false)
            .map_event_format(|inner| Line {
                inner,
                format,
                limit,
                traces,
            })
            .with_filter(filter)
            .boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .map_event_format(|inner| Line {
                inner,
                format,
                limit,
                traces,
            })
            .with_filter(filter)
            .boxed(),
    }
}

#[cfg(test)]
mod tests;
