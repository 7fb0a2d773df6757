//! Events on their way in, and the inbox that they are in.

use signalbox_store::{
    Append, AppendReceipt, Appended, InboxRecord, Offset, PartitionId, Sequence, StoreError,
};

use crate::answer::Answer;
use crate::arguments::Arguments;
use crate::calls::{Calls, stream_number};
use crate::{records, scripts};

pub(crate) async fn append(
    calls: &Calls,
    partition: PartitionId,
    append: Append,
) -> Result<Appended, StoreError> {
    let arguments = Arguments::default().append(&append);
    let mut answer = calls.write(partition, &scripts::APPEND, arguments).await?;
    match answer.bytes()?.as_slice() {
        b"accepted" => Ok(Appended::Accepted {
            offset: Offset(answer.number()?),
            receipt: AppendReceipt {
                message_id: append.message_id,
                sequence: sequence(&mut answer)?,
                accepted_at: append.accepted_at,
            },
        }),
        b"repeated" => {
            let sequence = sequence(&mut answer)?;
            let receipt = answer.bytes()?;
            let receipt = records::read_receipt(append.dedupe, &receipt);
            let (message_id, accepted_at) = answer.sound(receipt)?;
            Ok(Appended::Repeated(AppendReceipt {
                message_id,
                sequence,
                accepted_at,
            }))
        }
        b"conflicting" => Ok(Appended::Conflicting),
        _ => Err(answer.damaged("is not understood")),
    }
}

pub(crate) async fn read(
    calls: &Calls,
    partition: PartitionId,
    after: Offset,
    limit: usize,
) -> Result<Vec<InboxRecord>, StoreError> {
    let arguments = Arguments::default()
        .number(after.0.saturating_add(1))
        .limit(limit);
    let mut answer = calls
        .read(partition, "inbox", &scripts::INBOX, arguments)
        .await?;
    let mut inbox: Vec<InboxRecord> = Vec::new();
    while !answer.is_empty() {
        let id = answer.bytes()?;
        let offset = Offset(answer.sound(stream_number(&id))?);
        if inbox
            .last()
            .is_some_and(|last| last.offset.next() != offset)
        {
            return Err(answer.damaged(&format!("is missing before offset {offset}")));
        }
        let (kind, more, record) = (answer.bytes()?, answer.bytes()?, answer.bytes()?);
        inbox.push(answer.sound(records::read_inbox(offset, &kind, &more, &record))?);
    }
    Ok(inbox)
}

/// A sequence in an answer; 0 stands for none.
fn sequence(answer: &mut Answer) -> Result<Option<Sequence>, StoreError> {
    let sequence = answer.number()?;
    Ok((sequence > 0).then_some(Sequence(sequence)))
}
