//! How keys, counters and moments are laid out in columns, and the checksum that every row ends with.

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use signalbox_sealed::Sealed;
use signalbox_store::{Destination, PartitionId, PartitionKind};

use crate::fault::Fault;

const NUMBER_BITS: u32 = 16;
pub(crate) const ORDINAL_BITS: u32 = 44;

/// A partition as an integer: kind and number.
pub(crate) fn packed(partition: PartitionId) -> i64 {
    let kind = match partition.kind {
        PartitionKind::Customer => 0,
        PartitionKind::Desk => 1,
        PartitionKind::Account => 2,
        PartitionKind::Campaign => 3,
    };
    kind << NUMBER_BITS | i64::from(partition.number)
}

/// The partition of an integer that [`packed`] made; `None` for any other.
pub(crate) fn unpacked(packed: i64) -> Option<PartitionId> {
    let kind = match packed >> NUMBER_BITS {
        0 => PartitionKind::Customer,
        1 => PartitionKind::Desk,
        2 => PartitionKind::Account,
        3 => PartitionKind::Campaign,
        _ => return None,
    };
    let number = u16::try_from(packed & 0xffff).ok()?;
    Some(PartitionId { kind, number })
}

/// Partition and ordinal in one integer, so that a partition's rows lie together in their order and need no second tree.
pub(crate) fn place(partition: i64, ordinal: u64) -> i64 {
    // INVARIANT: 2^44 ordinals are 500 years at a thousand a second in one partition.
    partition << ORDINAL_BITS | count(ordinal.min((1 << ORDINAL_BITS) - 1))
}

/// The ordinal of a [`place`].
pub(crate) fn ordinal(place: i64) -> u64 {
    counted(place & ((1 << ORDINAL_BITS) - 1))
}

/// The last place that a partition's rows can have.
pub(crate) fn last_place(partition: i64) -> i64 {
    place(partition, u64::MAX)
}

/// A counter as a column. Callers ask for "before the greatest number there is", hence no error.
pub(crate) fn count(counter: u64) -> i64 {
    i64::try_from(counter).unwrap_or(i64::MAX)
}

/// A counter out of a column; columns never hold negative ones.
pub(crate) fn counted(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}

/// A size for `LIMIT`.
pub(crate) fn limited(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A moment as a column: nanoseconds since 1970. Moments outside the years 1678 to 2261 become the nearest inside.
pub(crate) fn moment(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap_or(if at.as_nanosecond() < 0 {
        i64::MIN
    } else {
        i64::MAX
    })
}

/// The moment of a column. Every number of nanoseconds is within jiff's years.
pub(crate) fn at(column: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(column)).unwrap_or(Timestamp::UNIX_EPOCH)
}

const TO_CHANNEL: i64 = -1;

/// Where an outbox entry goes, as a column.
pub(crate) fn destination_column(destination: Destination) -> i64 {
    match destination {
        Destination::Channel => TO_CHANNEL,
        Destination::Partition(partition) => packed(partition),
    }
}

/// Where an outbox entry goes; `None` if the column holds no destination.
pub(crate) fn destination(column: i64) -> Option<Destination> {
    if column == TO_CHANNEL {
        return Some(Destination::Channel);
    }
    unpacked(column).map(Destination::Partition)
}

/// A sealed value as a column.
pub(crate) struct Blob<'value>(pub(crate) &'value Sealed);

impl ToSql for Blob<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.as_bytes())))
    }
}

/// A sealed value out of a column.
pub(crate) struct Kept(pub(crate) Sealed);

impl FromSql for Kept {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(Sealed::from_stored(value.as_blob()?)))
    }
}

/// A checksum over a row's columns. Every part is told apart by its length, so that bytes cannot move between columns
/// unnoticed.
pub(crate) struct RowSum(crc32fast::Hasher);

impl RowSum {
    /// Begins with the table's name: a row that turns up in another table is damaged.
    pub(crate) fn of(table: &str) -> Self {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(table.as_bytes());
        Self(hasher)
    }

    pub(crate) fn int(mut self, column: i64) -> Self {
        self.0.update(&column.to_le_bytes());
        self
    }

    pub(crate) fn maybe(self, column: Option<i64>) -> Self {
        self.int(i64::from(column.is_some()))
            .int(column.unwrap_or(0))
    }

    pub(crate) fn bytes(mut self, column: &[u8]) -> Self {
        self.0.update(&(column.len() as u64).to_le_bytes());
        self.0.update(column);
        self
    }

    pub(crate) fn sum(self) -> i64 {
        i64::from(self.0.finalize())
    }

    /// Compares with the checksum that the row carries.
    pub(crate) fn check(
        self,
        stored: i64,
        partition: i64,
        table: &'static str,
    ) -> Result<(), Fault> {
        if self.sum() == stored {
            return Ok(());
        }
        Err(Fault::damaged(
            partition,
            table,
            "a row does not match its checksum",
        ))
    }
}
