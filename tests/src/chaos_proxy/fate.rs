//! What will happen to one connection.

use crate::seed::Random;

/// Behind the upgrade and hello (about 900 bytes to the server) most cuts fall among messages, acks and replays.
const MAX_BYTES_TO_SERVER: u64 = 4_000;
const MAX_BYTES_TO_CLIENT: u64 = 6_000;

/// The longest piece into which writes are torn.
const MAX_PIECE_BYTES: u64 = 40;

/// One connection's fate.
#[derive(Debug)]
pub(super) struct Fate {
    /// The way whose bytes are counted.
    pub(super) way: Way,
    /// It ends behind so many bytes of that way.
    pub(super) after_bytes: u64,
    pub(super) end: End,
    /// Ends with a reset instead of an orderly close.
    pub(super) is_abrupt: bool,
    pub(super) shape: Shape,
    /// The longest piece of a torn write.
    pub(super) tear_bytes: usize,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    ToServer,
    ToClient,
}

#[derive(Debug)]
pub(super) enum End {
    /// Both ways are closed.
    Cut,
    /// That way carries nothing any more, and stays open.
    Stall,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Bytes go on as they come.
    Plain,
    /// Into small pieces.
    Tear,
    /// What comes within a moment goes on as one.
    Join,
}

impl Fate {
    /// None: the connection is carried faithfully to its end.
    pub(super) fn kind() -> Self {
        Self {
            way: Way::ToServer,
            after_bytes: u64::MAX,
            end: End::Cut,
            is_abrupt: false,
            shape: Shape::Plain,
            tear_bytes: 1,
        }
    }

    pub(super) fn draw(random: &mut Random) -> Self {
        let (way, most) = if random.once_in(2) {
            (Way::ToServer, MAX_BYTES_TO_SERVER)
        } else {
            (Way::ToClient, MAX_BYTES_TO_CLIENT)
        };
        Self {
            way,
            after_bytes: random.between(1, most),
            end: if random.once_in(8) {
                End::Stall
            } else {
                End::Cut
            },
            is_abrupt: random.once_in(2),
            shape: match random.below(3) {
                0 => Shape::Plain,
                1 => Shape::Tear,
                _ => Shape::Join,
            },
            tear_bytes: random.between(1, MAX_PIECE_BYTES) as usize,
        }
    }
}
