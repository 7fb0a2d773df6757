//! Entries that will not leave by themselves: read, given back to the outbox, let go.
//!
//! A stream, whose numbers only the scripts give out. Looking for a letter and doing something about it are two calls: what the
//! second does names what the first found, and nothing is done if it is not there any more.

use jiff::Timestamp;
use signalbox_store::{
    DeadLetter, DeadLetterBounds, DeadLetterVerdict, EntryId, Fence, Fenced, OutboxEntry,
    PartitionId, StoreError,
};

use crate::arguments::Arguments;
use crate::calls::Calls;
use crate::{moment, records, scripts};

/// Letters read in one call, at most.
const AT_ONCE: usize = 256;

pub(crate) async fn read(
    calls: &Calls,
    partition: PartitionId,
    limit: usize,
) -> Result<Vec<DeadLetter>, StoreError> {
    let letters = behind(calls, partition, 0, limit).await?;
    Ok(letters.into_iter().map(|(_, letter)| letter).collect())
}

pub(crate) async fn settle(
    calls: &Calls,
    partition: PartitionId,
    fence: Fence,
    id: EntryId,
    verdict: DeadLetterVerdict,
) -> Result<Result<bool, Fenced>, StoreError> {
    let is_it = |letter: &DeadLetter| letter.entry.id == id;
    let (number, letter) = match first(calls, partition, is_it).await? {
        Some((number, letter)) => (number, Some(letter)),
        // The script is asked all the same: it knows whether the fence holds.
        None => (0, None),
    };
    let arguments = Arguments::default().fence(fence).number(number).bytes(id.0);
    let arguments = match (verdict, letter) {
        (DeadLetterVerdict::Retry { due, not_after }, Some(letter)) => {
            let entry = OutboxEntry {
                not_after,
                ..letter.entry
            };
            arguments
                .bytes("retry")
                .bytes(entry.thread.0)
                .due(due)
                .bytes(records::entry(&entry))
        }
        _ => arguments.bytes("discard"),
    };
    let step = &scripts::SETTLE_LETTER;
    let mut answer = calls.write(partition, step, arguments).await?;
    if answer.fenced()?.is_err() {
        return Ok(Err(Fenced));
    }
    Ok(Ok(answer.number()? > 0))
}

pub(crate) async fn trim(
    calls: &Calls,
    partition: PartitionId,
    fence: Fence,
    bounds: DeadLetterBounds,
) -> Result<Result<usize, Fenced>, StoreError> {
    let is_young = |letter: &DeadLetter| letter.at >= bounds.since;
    // Letters lie in the order in which they were given up; where none is young enough all of them go that are there now.
    let keep_from = match first(calls, partition, is_young).await? {
        Some((number, _)) => number,
        None => last_number(calls, partition, bounds.since).await?,
    };
    let arguments = Arguments::default()
        .fence(fence)
        .limit(bounds.at_most)
        .number(keep_from);
    let step = &scripts::TRIM_LETTERS;
    let mut answer = calls.write(partition, step, arguments).await?;
    if answer.fenced()?.is_err() {
        return Ok(Err(Fenced));
    }
    let gone = usize::try_from(answer.number()?).ok();
    answer.sound(gone).map(Ok)
}

/// The number behind the last letter that is older than `since`.
async fn last_number(
    calls: &Calls,
    partition: PartitionId,
    since: Timestamp,
) -> Result<u64, StoreError> {
    let mut after = 0;
    loop {
        let letters = behind(calls, partition, after, AT_ONCE).await?;
        let old = letters.iter().take_while(|(_, letter)| letter.at < since);
        match old.last() {
            Some((number, _)) => after = *number,
            None => return Ok(after + 1),
        }
    }
}

/// The oldest letter like this.
async fn first(
    calls: &Calls,
    partition: PartitionId,
    is_it: impl Fn(&DeadLetter) -> bool,
) -> Result<Option<(u64, DeadLetter)>, StoreError> {
    let mut after = 0;
    loop {
        let letters = behind(calls, partition, after, AT_ONCE).await?;
        let Some((last, _)) = letters.last() else {
            return Ok(None);
        };
        after = *last;
        let mut letters = letters.into_iter();
        if let Some(found) = letters.find(|(_, letter)| is_it(letter)) {
            return Ok(Some(found));
        }
    }
}

async fn behind(
    calls: &Calls,
    partition: PartitionId,
    after: u64,
    limit: usize,
) -> Result<Vec<(u64, DeadLetter)>, StoreError> {
    let mut letters = Vec::new();
    for (number, mut fields) in calls.entries(partition, "letters", after, limit).await? {
        let (id, entry) = (fields.bytes()?, fields.bytes()?);
        let (reason, at) = (fields.bytes()?, fields.bytes()?);
        let letter = DeadLetter {
            entry: fields.sound(records::read_entry(&id, &entry))?,
            reason: fields.sound(String::from_utf8(reason).ok())?,
            at: fields.sound(moment::read(&at))?,
        };
        letters.push((number, letter));
    }
    Ok(letters)
}
