//! What both candidates are given: the same messages, the same rows.

pub(crate) const PARTITIONS: u64 = 256;
const THREADS: u64 = 100_000;
const EVENT_BYTES: usize = 600;
const STATE_BYTES: usize = 400;

/// A library under measurement. Every call is one transaction, durable when it returns.
pub(crate) trait Candidate {
    fn name(&self) -> &'static str;
    fn append(&mut self, group: &[Message]);
    /// The group comes sorted by partition.
    fn commit(&mut self, group: &[Message]);
}

/// One message and everything that is stored because of it. Offsets and sequences are the candidates' own business.
pub(crate) struct Message {
    pub(crate) partition: u64,
    pub(crate) thread: [u8; 16],
    pub(crate) dedupe: [u8; 16],
    pub(crate) fingerprint: [u8; 16],
    pub(crate) id: [u8; 16],
    pub(crate) reply_id: [u8; 16],
    pub(crate) event: Vec<u8>,
    pub(crate) state: Vec<u8>,
}

/// An endless stream of messages, the same for every candidate.
#[derive(Default)]
pub(crate) struct Messages {
    number: u64,
}

impl Iterator for Messages {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        self.number += 1;
        let thread = mixed(self.number) % THREADS;
        Some(Message {
            partition: mixed(thread ^ 0xabcd) % PARTITIONS,
            thread: wide(1, thread),
            dedupe: wide(2, self.number),
            fingerprint: wide(3, self.number),
            id: wide(4, self.number),
            reply_id: wide(5, self.number),
            event: filled(self.number, EVENT_BYTES),
            state: filled(!self.number, STATE_BYTES),
        })
    }
}

/// Does not compress and does not repeat, as sealed values do not.
fn filled(seed: u64, bytes: usize) -> Vec<u8> {
    (0..bytes.div_ceil(8) as u64)
        .flat_map(|word| mixed(seed.wrapping_mul(1_000_003).wrapping_add(word)).to_le_bytes())
        .take(bytes)
        .collect()
}

fn wide(kind: u64, number: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&mixed(number ^ (kind << 60)).to_le_bytes());
    bytes[8..].copy_from_slice(&mixed(number.rotate_left(32) ^ kind).to_le_bytes());
    bytes
}

/// The finisher of SplitMix64.
fn mixed(mut number: u64) -> u64 {
    number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
