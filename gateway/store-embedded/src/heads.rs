//! Where partitions stand, kept in memory by the writer and written once a transaction.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use signalbox_store::{BatchId, Epoch, Fence, NodeId, Nonce, Offset};

use crate::columns::{RowSum, count, counted};
use crate::fault::Fault;

const TABLE: &str = "partitions";

/// One row of `partitions`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head {
    pub(crate) epoch: Epoch,
    /// The owner; `None` before the first and after a release.
    pub(crate) owner: Option<Owner>,
    pub(crate) position: Offset,
    pub(crate) tail: Offset,
    pub(crate) trimmed: Offset,
    /// Counts outbox entries: their order.
    pub(crate) outbox_tail: u64,
    pub(crate) last_batch: Option<BatchId>,
}

/// Who holds a partition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) nonce: Nonce,
    pub(crate) node: NodeId,
    /// A column's moment.
    pub(crate) until: i64,
}

impl Head {
    pub(crate) fn is_owned_under(&self, fence: Fence) -> bool {
        self.epoch == fence.epoch && self.owner.is_some_and(|owner| owner.nonce == fence.nonce)
    }

    fn sum(&self, partition: i64) -> i64 {
        let nonce = self.owner.map(|owner| owner.nonce.0);
        let node = self.owner.map(|owner| owner.node.0);
        let batch = self.last_batch.map(|batch| batch.0);
        RowSum::of(TABLE)
            .int(partition)
            .int(count(self.epoch.0))
            .bytes(nonce.as_ref().map_or(&[], |nonce| nonce))
            .bytes(node.as_ref().map_or(&[], |node| node))
            .int(self.owner.map_or(0, |owner| owner.until))
            .int(count(self.position.0))
            .int(count(self.tail.0))
            .int(count(self.trimmed.0))
            .int(count(self.outbox_tail))
            .bytes(batch.as_ref().map_or(&[], |batch| batch))
            .sum()
    }
}

/// Reads a partition's head; a partition that was never written has the default one.
pub(crate) fn read(connection: &Connection, partition: i64) -> Result<Head, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT epoch, nonce, node, lease_until, position, tail, trimmed, outbox_tail, last_batch, crc
         FROM partitions WHERE partition = ?1",
    )?;
    let found = statement
        .query_row([partition], |row| Ok((from_row(row)?, row.get(9)?)))
        .optional()?;
    let Some((head, crc)) = found else {
        return Ok(Head::default());
    };
    let crc: i64 = crc;
    if head.sum(partition) != crc {
        let problem = "a row does not match its checksum";
        return Err(Fault::damaged(partition, TABLE, problem));
    }
    Ok(head)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Head> {
    let nonce: Option<[u8; 16]> = row.get(1)?;
    let node: Option<[u8; 16]> = row.get(2)?;
    let until = row.get(3)?;
    let owner = nonce.zip(node).map(|(nonce, node)| Owner {
        nonce: Nonce(nonce),
        node: NodeId(node),
        until,
    });
    Ok(Head {
        epoch: Epoch(counted(row.get(0)?)),
        owner,
        position: Offset(counted(row.get(4)?)),
        tail: Offset(counted(row.get(5)?)),
        trimmed: Offset(counted(row.get(6)?)),
        outbox_tail: counted(row.get(7)?),
        last_batch: row.get::<_, Option<[u8; 16]>>(8)?.map(BatchId),
    })
}

/// The heads that the writer has seen, and which of them have changed.
#[derive(Default)]
pub(crate) struct Heads {
    known: BTreeMap<i64, (Head, bool)>,
}

impl Heads {
    pub(crate) fn get(&mut self, connection: &Connection, partition: i64) -> Result<&Head, Fault> {
        Ok(&self.entry(connection, partition)?.0)
    }

    /// The head for changing; it is written at the end of the transaction.
    pub(crate) fn change(
        &mut self,
        connection: &Connection,
        partition: i64,
    ) -> Result<&mut Head, Fault> {
        let (head, changed) = self.entry(connection, partition)?;
        *changed = true;
        Ok(head)
    }

    fn entry(
        &mut self,
        connection: &Connection,
        partition: i64,
    ) -> Result<&mut (Head, bool), Fault> {
        use std::collections::btree_map::Entry;
        Ok(match self.known.entry(partition) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert((read(connection, partition)?, false)),
        })
    }

    pub(crate) fn write(&mut self, connection: &Connection) -> Result<(), Fault> {
        let mut statement = connection.prepare_cached(
            "INSERT OR REPLACE INTO partitions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        for (partition, (head, changed)) in &mut self.known {
            if !std::mem::take(changed) {
                continue;
            }
            statement.execute(params![
                partition,
                count(head.epoch.0),
                head.owner.map(|owner| owner.nonce.0),
                head.owner.map(|owner| owner.node.0),
                head.owner.map_or(0, |owner| owner.until),
                count(head.position.0),
                count(head.tail.0),
                count(head.trimmed.0),
                count(head.outbox_tail),
                head.last_batch.map(|batch| batch.0),
                head.sum(*partition)
            ])?;
        }
        Ok(())
    }

    /// Forgets everything: after a rollback the database knows better.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }
}
