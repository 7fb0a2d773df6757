//! Spans wait here for the collector: in a bounded queue, in batches, lossy.
//!
//! The SDK's own batch processor runs on a thread of its own, where reqwest has no runtime, and does not say what it
//! dropped.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter, SpanProcessor};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::metrics::Metrics;

/// So many spans wait at most; at about 1 KiB each.
const MAX_WAITING_SPANS: usize = 4_096;
/// So many go in one request.
const MAX_BATCH_SPANS: usize = 512;
/// A batch that is not full goes after this time.
const BATCH_PERIOD: Duration = Duration::from_secs(1);

/// The end of the queue that spans are put in.
pub(crate) struct BoundedBatches {
    queue: mpsc::Sender<Item>,
    metrics: Arc<Metrics>,
}

/// Asks the other end to send all that waits.
#[derive(Clone)]
pub(crate) struct Flush(mpsc::Sender<Item>);

enum Item {
    Span(Box<SpanData>),
    Flush(oneshot::Sender<()>),
}

/// Starts the task that sends batches by `exporter`. Must be called inside a tokio runtime.
pub(crate) fn start<E: SpanExporter + 'static>(
    exporter: E,
    metrics: Arc<Metrics>,
) -> (BoundedBatches, Flush) {
    let (queue, waiting) = mpsc::channel(MAX_WAITING_SPANS);
    let sender = Sender {
        exporter,
        batch: Vec::with_capacity(MAX_BATCH_SPANS),
        metrics: metrics.clone(),
    };
    tokio::spawn(sender.run(waiting));
    let flush = Flush(queue.clone());
    (BoundedBatches { queue, metrics }, flush)
}

impl SpanProcessor for BoundedBatches {
    fn on_start(&self, _span: &mut Span, _context: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled()
            && self.queue.try_send(Item::Span(Box::new(span))).is_err()
        {
            self.metrics.traces.dropped.inc();
        }
    }

    /// Waiting is [`Flush`]'s job, which does not block a thread.
    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}

impl fmt::Debug for BoundedBatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundedBatches").finish_non_exhaustive()
    }
}

impl Flush {
    /// Sends what waits, for at most `deadline`.
    pub(crate) async fn flush(&self, deadline: Duration) {
        let (done, finished) = oneshot::channel();
        let asked = async {
            if self.0.send(Item::Flush(done)).await.is_ok() {
                // An error means that the task is gone, and with it all that waited.
                let _ = finished.await;
            }
        };
        // Past the deadline the rest is lost, as with any collector that does not answer.
        let _ = timeout(deadline, asked).await;
    }
}

struct Sender<E> {
    exporter: E,
    batch: Vec<SpanData>,
    metrics: Arc<Metrics>,
}

impl<E: SpanExporter> Sender<E> {
    async fn run(mut self, mut waiting: mpsc::Receiver<Item>) {
        let mut period = interval(BATCH_PERIOD);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                item = waiting.recv() => match item {
                    Some(Item::Span(span)) => {
                        self.batch.push(*span);
                        if self.batch.len() >= MAX_BATCH_SPANS {
                            self.send().await;
                        }
                    }
                    Some(Item::Flush(done)) => {
                        self.send().await;
                        // Whoever asked may have stopped waiting.
                        let _ = done.send(());
                    }
                    None => return self.send().await,
                },
                _ = period.tick() => self.send().await,
            }
        }
    }

    async fn send(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(MAX_BATCH_SPANS));
        let spans = batch.len() as u64;
        match self.exporter.export(batch).await {
            Ok(()) => self.metrics.traces.exported.inc_by(spans),
            Err(error) => {
                self.metrics.traces.dropped.inc_by(spans);
                tracing::debug!(%error, spans, "the trace collector did not take a batch");
            }
        }
    }
}
