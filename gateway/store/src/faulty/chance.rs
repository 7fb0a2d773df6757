//! Chance that a seed repeats: SplitMix64.

pub(super) struct Chance {
    state: u64,
}

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Whether something happens that happens in so many of a thousand cases.
    pub(super) fn happens(&mut self, of_a_thousand: u16) -> bool {
        self.next() % 1_000 < u64::from(of_a_thousand)
    }

    /// Evenly between zero and one.
    pub(super) fn part(&mut self) -> f64 {
        // 53 bits: what a double holds.
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
