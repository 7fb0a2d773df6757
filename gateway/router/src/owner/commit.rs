//! Commits what a batch led to, however often the store has to be asked, and tells of it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use signalbox_adapters::Channel;
use signalbox_store::{Commit, Committed, Sequence, StoreError, ThreadId};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{Ended, Owner, RETRY};
use crate::event::ThreadEvent;
use crate::observer::CommitAnswer;

/// What a batch led to, sealed and ready to commit, with what is told about it afterwards.
pub(super) struct Draft {
    pub(super) commit: Commit,
    pub(super) entries: Vec<(ThreadId, ThreadEvent)>,
    pub(super) answered: Vec<Answered>,
    pub(super) next_timer: Option<Timestamp>,
    pub(super) records: usize,
    /// Agents look at the desk, or at these customers.
    pub(super) touches_the_desk: bool,
}

/// A message that the batch answers.
pub(super) struct Answered {
    pub(super) channel: Channel,
    /// When the turn's first message was accepted.
    pub(super) since: Timestamp,
    pub(super) traceparent: Option<String>,
}

impl Owner<'_> {
    /// Commits, and repeats the very same commit while the store does not say what became of it. `None`: it was committed,
    /// and the sequences have to be read.
    pub(super) async fn commit(
        &self,
        draft: &Draft,
        stop: &CancellationToken,
    ) -> Result<Option<Vec<Sequence>>, Ended> {
        loop {
            let started = self.shared.environment.now();
            let span = self.commit_span(draft);
            let answer = self
                .shared
                .store
                .commit(draft.commit.clone())
                .instrument(span)
                .await;
            let took = Duration::try_from(self.shared.environment.now().duration_since(started))
                .unwrap_or_default();
            let (told, result) = match answer {
                Ok(Committed::Committed { sequences }) => {
                    (CommitAnswer::Committed, Ok(Some(sequences)))
                }
                Ok(Committed::AlreadyCommitted) => (CommitAnswer::Already, Ok(None)),
                Ok(Committed::Fenced) => (CommitAnswer::Fenced, Err(Ended::Fenced)),
                Ok(Committed::Conflict { position }) => {
                    (CommitAnswer::Conflict, Err(Ended::Astray { position }))
                }
                Err(error @ StoreError::Damaged { .. }) => {
                    (CommitAnswer::Unavailable, Err(Ended::Failed(error)))
                }
                Err(StoreError::Unknown { reason }) => {
                    self.shared
                        .observer
                        .committed(CommitAnswer::Unknown, draft.records, took);
                    tracing::warn!(partition = %self.partition, reason, "the store did not say whether it committed; asking again");
                    self.pause(stop).await?;
                    continue;
                }
                Err(StoreError::Unavailable { reason }) => {
                    self.shared
                        .observer
                        .committed(CommitAnswer::Unavailable, draft.records, took);
                    tracing::warn!(partition = %self.partition, reason, "the store cannot commit now; trying again");
                    self.pause(stop).await?;
                    continue;
                }
            };
            self.shared.observer.committed(told, draft.records, took);
            return result;
        }
    }

    fn commit_span(&self, draft: &Draft) -> tracing::Span {
        let traceparents: Vec<&str> = draft
            .answered
            .iter()
            .filter_map(|answered| answered.traceparent.as_deref())
            .collect();
        if traceparents.is_empty() {
            return tracing::Span::none();
        }
        self.shared
            .observer
            .commit_span(self.partition, draft.records, &traceparents)
    }

    pub(super) async fn pause(&self, stop: &CancellationToken) -> Result<(), Ended> {
        tokio::select! {
            () = self.shared.environment.sleep(RETRY) => Ok(()),
            () = stop.cancelled() => Err(Ended::Stopped),
        }
    }

    /// Tells sessions and the observer what was committed.
    pub(super) async fn tell(&self, draft: Draft, sequences: Option<Vec<Sequence>>) {
        let now = self.shared.environment.now();
        let mut spans = Vec::new();
        for answered in &draft.answered {
            let took = Duration::try_from(now.duration_since(answered.since)).unwrap_or_default();
            self.shared.observer.replied(answered.channel, took);
            if let Some(traceparent) = &answered.traceparent {
                // Open until the sessions have been told.
                spans.push(
                    self.shared
                        .observer
                        .reply_span(answered.channel, traceparent),
                );
            }
        }
        let Some(sequences) = sequences else {
            // Committed by an earlier try whose answer was lost. Sessions find the entries by their own look in the store.
            for (thread, _) in &draft.entries {
                self.shared.hints.stale(*thread);
            }
            return;
        };
        for ((thread, mut entry), sequence) in draft.entries.into_iter().zip(sequences) {
            entry.sequence = sequence;
            self.shared.hints.entries(thread, &[Arc::new(entry)]);
        }
    }
}
