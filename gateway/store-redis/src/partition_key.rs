//! The tag that every key of a partition begins with.

use signalbox_store::{PartitionId, PartitionKind};

/// `{namespace:c17}`: what stands in the braces decides the slot, so all keys of a partition lie in one.
pub(crate) fn tag(namespace: &str, partition: PartitionId) -> String {
    let kind = match partition.kind {
        PartitionKind::Customer => 'c',
        PartitionKind::Desk => 'd',
        PartitionKind::Account => 'a',
        PartitionKind::Campaign => 'm',
    };
    format!("{{{namespace}:{kind}{}}}", partition.number)
}

/// The tag of what belongs to no partition.
pub(crate) fn deployment(namespace: &str) -> String {
    format!("{{{namespace}:deployment}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_stands_in_front() {
        assert_eq!(tag("shop", PartitionId::customer(17)), "{shop:c17}");
        assert_eq!(deployment("shop"), "{shop:deployment}");
    }
}
