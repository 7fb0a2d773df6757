//! A score from 0 % to 100 %, in hundredths of a percent.

use serde::{Deserialize, Serialize};

/// 0 % to 100 %, in whole basis points: no float is involved, so that it is the same on every machine.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Score(u16);

impl Score {
    /// 0 %.
    pub const NONE: Self = Self(0);
    /// 100 %.
    pub const FULL: Self = Self(10_000);

    /// So many hundredths of a percent; what is above 100 % is 100 %.
    pub const fn from_basis_points(points: u32) -> Self {
        if points >= 10_000 {
            return Self::FULL;
        }
        Self(points as u16)
    }

    /// So many percent; what is above 100 % is 100 %.
    pub const fn from_percent(percent: u32) -> Self {
        Self::from_basis_points(percent.saturating_mul(100))
    }

    /// Hundredths of a percent, 0 to 10,000.
    pub const fn basis_points(self) -> u32 {
        self.0 as u32
    }

    /// Two independent hints at the same thing: more than either, never more than 100 %.
    pub const fn or(self, other: Self) -> Self {
        let missing = (10_000 - self.basis_points()) * (10_000 - other.basis_points()) / 10_000;
        Self::from_basis_points(10_000 - missing)
    }

    /// This part of `whole`; 0 % of nothing.
    pub fn share(part: u32, whole: u32) -> Self {
        let points = u64::from(part) * 10_000;
        let share = points.checked_div(u64::from(whole)).unwrap_or(0);
        Self::from_basis_points(u32::try_from(share).unwrap_or(u32::MAX))
    }

    /// Both at once: 90 % of 80 % is 72 %.
    pub const fn of(self, other: Self) -> Self {
        Self::from_basis_points(self.basis_points() * other.basis_points() / 10_000)
    }
}

#[cfg(test)]
mod tests {
    use super::Score;

    #[test]
    fn scores_stay_between_nothing_and_everything() {
        assert_eq!(Score::from_percent(170), Score::FULL);
        assert_eq!(
            Score::from_percent(50)
                .or(Score::from_percent(50))
                .basis_points(),
            7_500
        );
        assert_eq!(Score::FULL.or(Score::FULL), Score::FULL);
        assert_eq!(
            Score::from_percent(90)
                .of(Score::from_percent(80))
                .basis_points(),
            7_200
        );
        assert_eq!(Score::share(1, 3).basis_points(), 3_333);
        assert_eq!(Score::share(1, 0), Score::NONE);
    }
}
