//! Sizes: `512B`, `64KiB`, `1MiB`, `2GiB`.

use std::str::FromStr;

use crate::config::section::{Sentence, Setting};
use crate::words::{Words, words};

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

const UNITS: [(&str, u64); 4] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];

impl ByteSize {
    /// So many KiB.
    pub const fn kib(kib: u64) -> Self {
        Self(kib << 10)
    }

    /// So many MiB.
    pub const fn mib(mib: u64) -> Self {
        Self(mib << 20)
    }

    /// The same as the machine counts in memory.
    pub fn in_memory(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl FromStr for ByteSize {
    type Err = Words;

    fn from_str(text: &str) -> Result<Self, Words> {
        let end = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        if unit.is_empty() && !number.is_empty() {
            return Err(words!(
                "size `{text}` has no unit; write B, KiB, MiB or GiB behind it",
                "大小 `{text}` 没有单位；请在后面写 B、KiB、MiB 或 GiB"
            ));
        }
        let factor = UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .map(|(_, factor)| factor);
        number
            .parse::<u64>()
            .ok()
            .zip(factor)
            .and_then(|(number, factor)| number.checked_mul(*factor))
            .map(Self)
            .ok_or_else(|| words!(
                "`{text}` is not a size; write a whole number and B, KiB, MiB or GiB, such as 64KiB",
                "`{text}` 不是大小；请写整数加 B、KiB、MiB 或 GiB，如 64KiB"
            ))
    }
}

impl Setting for ByteSize {
    const KIND: Sentence = Sentence {
        en: "size (`B`, `KiB`, `MiB`, `GiB`)",
        zh: "大小（`B`、`KiB`、`MiB`、`GiB`）",
    };

    fn shown(&self) -> String {
        let (unit, factor) = UNITS
            .iter()
            .find(|(_, factor)| self.0 != 0 && self.0.is_multiple_of(*factor))
            .unwrap_or(&("B", 1));
        format!("{}{unit}", self.0 / factor)
    }
}

super::deserialized_from_text!(ByteSize);
