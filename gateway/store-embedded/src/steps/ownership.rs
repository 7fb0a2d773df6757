//! Taking, prolonging and giving up a partition.

use jiff::Timestamp;
use signalbox_store::{Fence, Fenced, LeaseRequest, Leased, PartitionHead};

use crate::columns::{at, moment};
use crate::fault::Fault;
use crate::heads::Owner;
use crate::steps::takeovers;
use crate::tables::Tables;

pub(crate) fn lease(
    tables: &mut Tables<'_>,
    partition: i64,
    request: &LeaseRequest,
) -> Result<Leased, Fault> {
    let head = tables.head(partition)?;
    let (owner, position, tail) = (head.owner, head.position, head.tail);
    if let Some(owner) = owner
        && owner.node != request.node
        && moment(request.now) < owner.until
    {
        return Ok(Leased::Held {
            until: at(owner.until),
        });
    }
    let ended_here = if owner.is_some() && tail > position {
        takeovers::note_takeover(tables, partition, position)?
    } else {
        takeovers::forget(tables, partition)?;
        0
    };
    let head = tables.change_head(partition)?;
    head.epoch = head.epoch.next();
    head.owner = Some(Owner {
        nonce: request.nonce,
        node: request.node,
        until: moment(request.until),
    });
    Ok(Leased::Granted(PartitionHead {
        fence: Fence {
            epoch: head.epoch,
            nonce: request.nonce,
        },
        position: head.position,
        tail: head.tail,
        ended_here,
    }))
}

pub(crate) fn renew(
    tables: &mut Tables<'_>,
    partition: i64,
    fence: Fence,
    until: Timestamp,
) -> Result<Result<(), Fenced>, Fault> {
    if let Err(fenced) = tables.check(partition, fence)? {
        return Ok(Err(fenced));
    }
    if let Some(owner) = &mut tables.change_head(partition)?.owner {
        owner.until = moment(until);
    }
    Ok(Ok(()))
}

pub(crate) fn release(
    tables: &mut Tables<'_>,
    partition: i64,
    fence: Fence,
) -> Result<Result<(), Fenced>, Fault> {
    if let Err(fenced) = tables.check(partition, fence)? {
        return Ok(Err(fenced));
    }
    tables.change_head(partition)?.owner = None;
    Ok(Ok(()))
}
