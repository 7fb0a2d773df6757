//! Traditional to simplified characters, one for one.
//!
//! The pairs come from OpenCC (Apache-2.0, see `dsl/data/`), and five of our own for spellings that OpenCC decides by phrase:
//! matching needs one answer for a character wherever it stands.

use std::sync::LazyLock;

/// See the module comment. `着` and `了` are written `著` and `瞭` in Taiwan, `你` also `妳`.
const OURS: [(char, char); 5] = [
    ('著', '着'),
    ('瞭', '了'),
    ('妳', '你'),
    ('祇', '只'),
    ('衹', '只'),
];

const PAIRS: &str = include_str!("../../data/traditional-simplified.txt");

/// The table's first and last character: the CJK blocks of the Basic Multilingual Plane.
const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9FFF;

/// By code point from [`FIRST`] on; 0 where a character folds to itself.
static TABLE: LazyLock<Box<[u16]>> = LazyLock::new(|| {
    let mut table = vec![0_u16; (LAST - FIRST + 1) as usize];
    for (traditional, simplified) in pairs() {
        let place = u32::from(traditional)
            .checked_sub(FIRST)
            .and_then(|offset| table.get_mut(offset as usize));
        if let (Some(place), Ok(code)) = (place, u16::try_from(u32::from(simplified))) {
            *place = code;
        }
    }
    table.into_boxed_slice()
});

/// The simplified form of `char`; itself if it has none.
pub(super) fn simplified(char: char) -> char {
    u32::from(char)
        .checked_sub(FIRST)
        .and_then(|offset| TABLE.get(offset as usize))
        .filter(|&&code| code != 0)
        .and_then(|&code| char::from_u32(code.into()))
        .unwrap_or(char)
}

pub(super) fn pairs() -> impl Iterator<Item = (char, char)> {
    let derived = PAIRS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut chars = line.chars();
            Some((chars.next()?, chars.next()?))
        });
    derived.chain(OURS)
}
