//! Accepting an event, once.

use rusqlite::params;
use signalbox_store::{Append, AppendReceipt, Appended, MessageId, Sequence};

use crate::columns::{RowSum, at, count, counted, moment};
use crate::fault::Fault;
use crate::tables::{NewEvent, Tables};

const TABLE: &str = "dedupe";

pub(crate) fn append(
    tables: &mut Tables<'_>,
    partition: i64,
    append: &Append,
) -> Result<Appended, Fault> {
    let next = append
        .sequenced
        .then(|| {
            tables
                .threads
                .last(tables.connection, partition, append.thread)
        })
        .transpose()?
        .map(Sequence::next);
    let receipt = AppendReceipt {
        message_id: append.message_id,
        sequence: next,
        // As it will be read back: the same answer every time.
        accepted_at: at(moment(append.accepted_at)),
    };
    // Most messages are new: so try to insert, and look only at what is in the way.
    let message = append.message_id.0.into_bytes();
    let sequence = next.map(|sequence| count(sequence.0));
    let accepted_at = moment(append.accepted_at);
    let sum = dedupe_sum(
        partition,
        &append.dedupe.0,
        &append.fingerprint.0,
        &message,
        sequence,
        accepted_at,
    );
    let new = tables.add_dedupe.execute(params![
        partition,
        append.dedupe.0,
        append.fingerprint.0,
        message,
        sequence,
        accepted_at,
        sum.sum()
    ])?;
    if new == 0 {
        return known(tables, partition, append);
    }
    if append.sequenced {
        tables
            .threads
            .next(tables.connection, partition, append.thread)?;
    }
    let event = NewEvent::new(
        append.thread,
        append.message_id,
        append.accepted_at,
        &append.event,
    );
    let offset = tables.receive(partition, &event, next)?;
    Ok(Appended::Accepted { offset, receipt })
}

/// The answer to a message whose key is there already.
fn known(tables: &Tables<'_>, partition: i64, append: &Append) -> Result<Appended, Fault> {
    let row = tables.one(
        "SELECT fingerprint, message, sequence, accepted_at, crc FROM dedupe WHERE partition = ?1 AND key = ?2",
        params![partition, append.dedupe.0],
        |row| {
            let fingerprint: [u8; 16] = row.get(0)?;
            let message: [u8; 16] = row.get(1)?;
            let sequence: Option<i64> = row.get(2)?;
            let accepted_at: i64 = row.get(3)?;
            let crc: i64 = row.get(4)?;
            Ok((fingerprint, message, sequence, accepted_at, crc))
        },
    )?;
    let Some((fingerprint, message, sequence, accepted_at, crc)) = row else {
        return Err(Fault::damaged(
            partition,
            TABLE,
            "a key is there and cannot be found",
        ));
    };
    dedupe_sum(
        partition,
        &append.dedupe.0,
        &fingerprint,
        &message,
        sequence,
        accepted_at,
    )
    .check(crc, partition, TABLE)?;
    if fingerprint != append.fingerprint.0 {
        return Ok(Appended::Conflicting);
    }
    Ok(Appended::Repeated(AppendReceipt {
        message_id: MessageId(uuid::Uuid::from_bytes(message)),
        sequence: sequence.map(|sequence| Sequence(counted(sequence))),
        accepted_at: at(accepted_at),
    }))
}

/// The checksum of a row of `dedupe`.
pub(crate) fn dedupe_sum(
    partition: i64,
    key: &[u8],
    fingerprint: &[u8],
    message: &[u8],
    sequence: Option<i64>,
    accepted_at: i64,
) -> RowSum {
    RowSum::of(TABLE)
        .int(partition)
        .bytes(key)
        .bytes(fingerprint)
        .bytes(message)
        .maybe(sequence)
        .int(accepted_at)
}
