//! Randomness that can be repeated: one printed seed a test, from which everything random in it comes.

use uuid::Uuid;

/// A small generator (SplitMix64). Good enough to choose where to cut a connection, and the same everywhere.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The generator of the test `name`. Takes `SIGNALBOX_SEED` if it is set, else a new seed; prints which.
    pub fn announced(name: &str) -> Self {
        let seed = match std::env::var("SIGNALBOX_SEED") {
            Ok(text) => text.parse().expect("SIGNALBOX_SEED is a whole number"),
            Err(_) => Uuid::new_v4().as_u64_pair().0,
        };
        println!("{name}: SIGNALBOX_SEED={seed} repeats this run's choices");
        Self(seed)
    }

    /// A generator with this seed.
    pub fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator of its own for a part of the test, so that parts that run at once do not share one.
    pub fn fork(&mut self) -> Self {
        Self(self.bits())
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not zero. The bias of the remainder does not matter here.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound
    }

    /// A number from `from` up to and with `to`.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from + 1)
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// An id that the seed decides.
    pub fn uuid(&mut self) -> Uuid {
        let random = (u128::from(self.bits()) << 64) | u128::from(self.bits());
        uuid::Builder::from_random_bytes(random.to_be_bytes()).into_uuid()
    }
}
