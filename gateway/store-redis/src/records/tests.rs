use super::*;

fn at() -> Timestamp {
    "2026-11-21T16:00:00.123456789Z".parse().expect("a moment")
}

fn an_event() -> Vec<u8> {
    let sealed = Sealed::from_stored(*b"some sealed bytes");
    event(
        ThreadId([1; 16]),
        MessageId(Uuid::from_bytes([2; 16])),
        at(),
        &sealed,
    )
}

#[test]
fn an_event_comes_back_as_it_was() {
    let read = read_event(&an_event()).expect("it is whole");
    assert_eq!(read.thread, ThreadId([1; 16]));
    assert_eq!(read.message_id, MessageId(Uuid::from_bytes([2; 16])));
    assert_eq!(read.at, at());
    assert_eq!(read.event.as_bytes(), b"some sealed bytes");
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    let whole = an_event();
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(read_event(&flipped).is_none(), "bit {bit}");
    }
    for length in 0..whole.len() {
        assert!(read_event(&whole[..length]).is_none(), "cut at {length}");
    }
}

#[test]
fn a_record_in_a_wrong_place_is_noticed() {
    let entry = JournalEntry {
        offset: Offset(7),
        thread: ThreadId([1; 16]),
        message_id: MessageId(Uuid::from_bytes([2; 16])),
        earlier: vec![MessageId(Uuid::from_bytes([3; 16]))],
        record: Sealed::from_stored(*b"decision"),
    };
    let (bytes, before) = (decision(&entry), earlier(&entry));
    let elsewhere = earlier(&JournalEntry {
        offset: Offset(8),
        ..entry.clone()
    });
    let read = |offset, earlier| read_decision(Offset(offset), &bytes, Some(earlier));
    assert_eq!(read(8, &elsewhere), None);
    assert_eq!(read(7, &elsewhere), None);
    assert_eq!(read(7, &before), Some(entry));
}

#[test]
fn destinations_come_back() {
    let kinds = [
        PartitionKind::Customer,
        PartitionKind::Desk,
        PartitionKind::Account,
        PartitionKind::Campaign,
    ];
    let partitions = kinds.map(|kind| Destination::Partition(PartitionId { kind, number: 300 }));
    for to in partitions.into_iter().chain([Destination::Channel]) {
        assert_eq!(read_destination(&destination(to)), Some(to));
    }
    assert_eq!(read_destination(&[9, 0, 0]), None);
}
