//! Owners that ended without giving their partition up, and what was tried because of it.
//!
//! A partition has a row only after such an end: the way of a message writes nothing here.

use rusqlite::{Connection, OptionalExtension};
use signalbox_store::{Epoch, Fence, Fenced, Offset};

use crate::columns::{RowSum, count, counted};
use crate::fault::Fault;
use crate::tables::Tables;

const TABLE: &str = "takeovers";

#[derive(Debug, Clone, Copy, Default)]
struct Takeovers {
    position: Offset,
    ended_here: u32,
    tried: Offset,
    tries: u32,
    /// Which owner tried it last.
    tried_in: Epoch,
}

/// Notes that the partition was taken from an owner that did not give it up. Answers how many such there were at its position.
pub(super) fn note_takeover(
    tables: &mut Tables<'_>,
    partition: i64,
    position: Offset,
) -> Result<u32, Fault> {
    let known = read(tables.connection, partition)?.unwrap_or_default();
    let before = if known.position == position {
        known.ended_here
    } else {
        0
    };
    let noted = Takeovers {
        position,
        ended_here: before.saturating_add(1),
        ..known
    };
    write(tables, partition, noted)?;
    Ok(noted.ended_here)
}

/// The last owner ended in order, or nothing waited for it.
pub(super) fn forget(tables: &Tables<'_>, partition: i64) -> Result<(), Fault> {
    tables.change("DELETE FROM takeovers WHERE partition = ?1", [partition])?;
    Ok(())
}

pub(crate) fn note_try(
    tables: &mut Tables<'_>,
    partition: i64,
    fence: Fence,
    offset: Offset,
) -> Result<Result<u32, Fenced>, Fault> {
    if let Err(fenced) = tables.check(partition, fence)? {
        return Ok(Err(fenced));
    }
    let known = read(tables.connection, partition)?.unwrap_or_default();
    if known.tried == offset && known.tried_in == fence.epoch {
        return Ok(Ok(known.tries.saturating_sub(1)));
    }
    let before = if known.tried == offset {
        known.tries
    } else {
        0
    };
    let noted = Takeovers {
        tried: offset,
        tries: before.saturating_add(1),
        tried_in: fence.epoch,
        ..known
    };
    write(tables, partition, noted)?;
    Ok(Ok(before))
}

fn read(connection: &Connection, partition: i64) -> Result<Option<Takeovers>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT position, ended_here, tried, tries, tried_in, crc FROM takeovers WHERE partition = ?1",
    )?;
    let row: Option<([i64; 5], i64)> = statement
        .query_row([partition], |row| {
            let columns = [0, 1, 2, 3, 4].map(|column| row.get(column));
            let [position, ended_here, tried, tries, tried_in] = columns;
            Ok((
                [position?, ended_here?, tried?, tries?, tried_in?],
                row.get(5)?,
            ))
        })
        .optional()?;
    let Some((columns, crc)) = row else {
        return Ok(None);
    };
    takeovers_sum(partition, columns).check(crc, partition, TABLE)?;
    let [position, ended_here, tried, tries, tried_in] = columns.map(counted);
    Ok(Some(Takeovers {
        position: Offset(position),
        ended_here: u32::try_from(ended_here).unwrap_or(u32::MAX),
        tried: Offset(tried),
        tries: u32::try_from(tries).unwrap_or(u32::MAX),
        tried_in: Epoch(tried_in),
    }))
}

fn write(tables: &Tables<'_>, partition: i64, takeovers: Takeovers) -> Result<(), Fault> {
    let columns = [
        takeovers.position.0,
        takeovers.ended_here.into(),
        takeovers.tried.0,
        takeovers.tries.into(),
        takeovers.tried_in.0,
    ];
    let columns = columns.map(count);
    let [position, ended_here, tried, tries, tried_in] = columns;
    let sum = takeovers_sum(partition, columns).sum();
    tables.change(
        "INSERT OR REPLACE INTO takeovers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        [partition, position, ended_here, tried, tries, tried_in, sum],
    )?;
    Ok(())
}

/// The checksum of a row of `takeovers`, over all columns behind the partition.
pub(crate) fn takeovers_sum(partition: i64, columns: [i64; 5]) -> RowSum {
    let sum = RowSum::of(TABLE).int(partition);
    columns.into_iter().fold(sum, RowSum::int)
}
