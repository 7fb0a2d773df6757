//! Reads what was said in a thread: from the hot store, and behind it from the archive.

use std::sync::Arc;

use signalbox_sealed::Sealed;
use signalbox_store::{MessageId, Sequence, StoreError, ThreadId, TranscriptRange};

use crate::event::{Event, ThreadEvent};
use crate::shared::Shared;
use crate::vault::SealedKind;

/// Why a thread cannot be read now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the conversation cannot be read now: {0}")]
pub struct ReadError(#[from] StoreError);

impl Shared {
    /// Entries of a thread, oldest first, at most `limit`.
    pub(crate) async fn entries(
        &self,
        thread: ThreadId,
        range: TranscriptRange,
        limit: usize,
    ) -> Result<Vec<Arc<ThreadEvent>>, ReadError> {
        let partition = self.directory.partition(thread);
        let Some(key) = self
            .vault
            .existing_key(partition, thread)
            .await
            .map_err(StoreError::from)?
        else {
            return Ok(Vec::new());
        };
        let open = |sequence: Sequence,
                    message_id: MessageId,
                    at,
                    event: &Sealed|
         -> Result<Arc<ThreadEvent>, StoreError> {
            let kind = SealedKind::Event(message_id);
            let event: Event = self.vault.open(&key, kind, thread, event)?;
            let Some((shown, said_at)) = event.shown() else {
                return Err(StoreError::Damaged {
                    what: format!("entry {sequence} of a transcript in {partition} is no entry"),
                });
            };
            Ok(Arc::new(ThreadEvent {
                sequence,
                message_id,
                at: said_at.unwrap_or(at),
                shown: shown.clone(),
            }))
        };
        let hot = self
            .store
            .transcript(partition, thread, range, limit)
            .await?;
        let mut entries = Vec::with_capacity(hot.len());
        if let Some((before, count)) = archived_part(
            range,
            hot.first().map(|record| record.sequence),
            hot.len(),
            limit,
        ) {
            for old in self
                .archive
                .transcript_before(thread, before, count)
                .await?
            {
                entries.push(open(old.sequence, old.message_id, old.at, &old.event)?);
            }
        }
        for record in hot.iter().take(limit - entries.len().min(limit)) {
            entries.push(open(
                record.sequence,
                record.message_id,
                record.at,
                &record.event,
            )?);
        }
        Ok(entries)
    }

    /// The last sequence of a thread; `None` if nothing was ever said there.
    pub(crate) async fn last_sequence(
        &self,
        thread: ThreadId,
    ) -> Result<Option<Sequence>, ReadError> {
        Ok(self
            .store
            .last_sequence(self.directory.partition(thread), thread)
            .await?)
    }
}

/// Which entries the hot store has let go and the archive must have: so many before a sequence. Sequences have no gaps, so
/// the first hot entry tells.
fn archived_part(
    range: TranscriptRange,
    first_hot: Option<Sequence>,
    hot: usize,
    limit: usize,
) -> Option<(Sequence, usize)> {
    match range {
        TranscriptRange::After(after) => {
            let missing = first_hot?
                .0
                .checked_sub(after.next().0)
                .filter(|missing| *missing > 0)?;
            let count = usize::try_from(missing).unwrap_or(usize::MAX).min(limit);
            Some((Sequence(after.next().0 + count as u64), count))
        }
        TranscriptRange::Before(before) => {
            let first = first_hot.unwrap_or(before);
            let missing = limit.saturating_sub(hot);
            (first.0 > 1 && missing > 0).then_some((first, missing))
        }
    }
}

#[cfg(test)]
mod tests {
    use signalbox_store::{Sequence, TranscriptRange};

    use super::archived_part;

    #[test]
    fn the_archive_is_asked_for_what_the_hot_store_let_go_and_nothing_else() {
        let after = |sequence| TranscriptRange::After(Sequence(sequence));
        let before = |sequence| TranscriptRange::Before(Sequence(sequence));
        let cases = [
            (after(0), Some(1), 10, 50, None, "all of it is hot"),
            (after(0), None, 0, 50, None, "nothing was said"),
            (
                after(0),
                Some(101),
                50,
                50,
                Some((51, 50)),
                "the first fifty of a hundred that are archived",
            ),
            (
                after(90),
                Some(101),
                50,
                50,
                Some((101, 10)),
                "the ten between the reader and the hot store",
            ),
            (before(60), Some(10), 50, 50, None, "enough is hot"),
            (
                before(60),
                Some(50),
                10,
                50,
                Some((50, 40)),
                "the rest is archived",
            ),
            (
                before(1),
                None,
                0,
                50,
                None,
                "there is nothing before the first",
            ),
            (
                before(30),
                None,
                0,
                50,
                Some((30, 50)),
                "all of it is archived",
            ),
        ];
        for (range, first_hot, hot, limit, expected, why) in cases {
            let expected = expected.map(|(sequence, count)| (Sequence(sequence), count));
            assert_eq!(
                archived_part(range, first_hot.map(Sequence), hot, limit),
                expected,
                "{why}"
            );
        }
    }
}
