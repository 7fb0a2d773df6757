//! What a script or a command answered: a list of bytes, some of which may be missing.

use signalbox_sealed::Sealed;
use signalbox_store::{Fenced, PartitionId, StoreError};

use crate::records;

/// An answer, read from the front.
pub(crate) struct Answer {
    items: std::vec::IntoIter<Option<Vec<u8>>>,
    partition: Option<PartitionId>,
    what: &'static str,
}

impl Answer {
    /// `what` names the records for whoever has to look at them.
    pub(crate) fn new(
        items: Vec<Option<Vec<u8>>>,
        partition: Option<PartitionId>,
        what: &'static str,
    ) -> Self {
        Self {
            items: items.into_iter(),
            partition,
            what,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.as_slice().is_empty()
    }

    /// The next item, which may be missing.
    pub(crate) fn maybe(&mut self) -> Option<Vec<u8>> {
        self.items.next().flatten()
    }

    /// The next item, which must be there.
    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        self.maybe().ok_or_else(|| self.damaged("is missing"))
    }

    pub(crate) fn number(&mut self) -> Result<u64, StoreError> {
        let digits = self.bytes()?;
        self.sound(records::number(&digits))
    }

    /// What an owner's step answers first: whether it was the owner's.
    pub(crate) fn fenced(&mut self) -> Result<Result<(), Fenced>, StoreError> {
        match self.bytes()?.as_slice() {
            b"fenced" => Ok(Err(Fenced)),
            b"done" => Ok(Ok(())),
            _ => Err(self.damaged("is not understood")),
        }
    }

    /// What was read out of an item, or that it is not what was written.
    pub(crate) fn sound<T>(&self, read: Option<T>) -> Result<T, StoreError> {
        read.ok_or_else(|| self.damaged("does not match its checksum or its form"))
    }

    /// A sealed value whose own checksum holds.
    pub(crate) fn sealed(&self, bytes: Vec<u8>) -> Result<Sealed, StoreError> {
        let sealed = Sealed::from_stored(bytes);
        let verified = sealed.verify().ok().map(|()| sealed);
        self.sound(verified)
    }

    pub(crate) fn damaged(&self, how: &str) -> StoreError {
        let place = match self.partition {
            Some(partition) => format!("partition {partition}"),
            None => "the deployment's records".to_owned(),
        };
        StoreError::Damaged {
            what: format!("a record of the {} of {place} in Redis {how}", self.what),
        }
    }
}
