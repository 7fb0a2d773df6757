//! What was said in a thread.

use signalbox_store::{
    PartitionId, Sequence, StoreError, ThreadId, TranscriptRange, TranscriptRecord,
};

use crate::arguments::Arguments;
use crate::calls::Calls;
use crate::{records, scripts};

pub(crate) async fn read(
    calls: &Calls,
    partition: PartitionId,
    thread: ThreadId,
    range: TranscriptRange,
    limit: usize,
) -> Result<Vec<TranscriptRecord>, StoreError> {
    let arguments = Arguments::default().bytes(thread.0);
    let arguments = match range {
        TranscriptRange::After(sequence) => arguments.number(sequence.0).bytes([]),
        TranscriptRange::Before(sequence) => arguments.number(0).number(sequence.0),
    };
    let step = &scripts::TRANSCRIPT;
    let mut answer = calls
        .read(partition, "transcript", step, arguments.limit(limit))
        .await?;
    let mut transcript = Vec::new();
    while !answer.is_empty() {
        let sequence = Sequence(answer.number()?);
        let record = answer.bytes()?;
        let event = records::read_event(&record).filter(|event| event.thread == thread);
        let event = answer.sound(event)?;
        transcript.push(TranscriptRecord {
            sequence,
            message_id: event.message_id,
            at: event.at,
            event: event.event,
        });
    }
    Ok(transcript)
}

pub(crate) async fn last_sequence(
    calls: &Calls,
    partition: PartitionId,
    thread: ThreadId,
) -> Result<Option<Sequence>, StoreError> {
    let mut answer = calls.fields(partition, "last", &[&thread.0]).await?;
    let last = answer
        .maybe()
        .map(|digits| answer.sound(records::number(&digits)));
    Ok(last.transpose()?.map(Sequence))
}
